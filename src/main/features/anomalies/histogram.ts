import type { ScoreHistogram } from '../../../shared/anomalies'
import { thresholdFor } from '../../../shared/anomalyFigures'

const bins = 60

/** What lies far beyond the threshold is counted in the last bin. @param normal ascending */
export function scoreHistogram(
  normal: ArrayLike<number>,
  scored: readonly number[],
  threshold: number,
): ScoreHistogram {
  const usual = thresholdFor(normal, 0.5)
  const least = Math.min(
    normal[0] ?? 0,
    scored.reduce((low, score) => Math.min(low, score), Infinity),
  )
  const most = scored.reduce((high, score) => Math.max(high, score), normal[normal.length - 1] ?? 1)
  const from = Math.max(least, usual - 4 * Math.max(threshold - usual, 1e-9))
  const to = Math.max(from + 1e-9, Math.min(most, threshold + 4 * Math.max(threshold - usual, 1e-9)))
  const count = (values: Iterable<number>) => {
    const counts = new Array<number>(bins).fill(0)
    for (const value of values) {
      const bin = Math.floor(((value - from) / (to - from)) * bins)
      counts[Math.min(bins - 1, Math.max(0, bin))]!++
    }
    return counts
  }
  return { from, to, normal: count(Array.from(normal)), scored: count(scored) }
}
