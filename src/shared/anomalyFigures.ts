import type { AnomalyFigures, Confusion, RocPoint } from './anomalies'

/**
 * ROC, AUROC, average precision and best F1 as scikit-learn computes them (roc_curve without dropping points,
 * roc_auc_score, average_precision_score), with ties counted half.
 *
 * @param odd whether each is odd in truth; needs one of each, else null is given
 * @param threshold scores above it count as odd
 */
export function anomalyFigures(
  scores: readonly number[],
  odd: readonly boolean[],
  threshold: number,
): AnomalyFigures | null {
  const positives = odd.filter(Boolean).length
  const negatives = odd.length - positives
  if (positives === 0 || negatives === 0) return null
  const roc: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0, threshold: null }]
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  let [found, alarms, auroc, averagePrecision] = [0, 0, 0, 0]
  let [bestF1, bestF1Threshold] = [0, scores[order[0]!]!]
  for (let at = 0; at < order.length;) {
    const [before, alarmsBefore] = [found, alarms]
    const score = scores[order[at]!]!
    for (; at < order.length && scores[order[at]!] === score; at++) {
      if (odd[order[at]!]) found++
      else alarms++
    }
    auroc += ((alarms - alarmsBefore) * (found + before)) / 2
    averagePrecision += ((found - before) / positives) * (found / (found + alarms))
    const f1 = (2 * found) / (positives + found + alarms)
    if (f1 > bestF1) [bestF1, bestF1Threshold] = [f1, score]
    roc.push({
      falsePositiveRate: alarms / negatives,
      truePositiveRate: found / positives,
      threshold: score,
    })
  }
  return {
    normal: negatives,
    odd: positives,
    averagePrecision,
    bestF1,
    bestF1Threshold,
    auroc: auroc / (positives * negatives),
    confusion: confusionAt(scores, odd, threshold),
    roc,
    pixelAuroc: null,
    pro: null,
  }
}

/** @param threshold scores above it count as odd */
export function confusionAt(
  scores: readonly number[],
  odd: readonly boolean[],
  threshold: number,
): Confusion {
  let [truePositives, falsePositives, trueNegatives, falseNegatives] = [0, 0, 0, 0]
  for (const [i, score] of scores.entries()) {
    if (score > threshold) {
      if (odd[i]) truePositives++
      else falsePositives++
    } else if (odd[i]) falseNegatives++
    else trueNegatives++
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives }
}

/** The score above which a given share of normal images lies. @param sorted ascending */
export function thresholdFor(sorted: ArrayLike<number>, falseAlarms: number): number {
  const { length } = sorted
  if (length === 0) return Infinity
  const place = (1 - falseAlarms) * (length - 1)
  const low = Math.floor(place)
  const high = Math.min(length - 1, low + 1)
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low)
}

/** The share of normal images that are less odd, 0..100; those that are as odd count half. @param sorted ascending */
export function percentileOf(sorted: ArrayLike<number>, score: number): number {
  if (sorted.length === 0) return 50
  const below = countBelow(sorted, (value) => value < score)
  const upTo = countBelow(sorted, (value) => value <= score)
  return (50 * (below + upTo)) / sorted.length
}

/** How many values lie below a place, by halving. @param sorted ascending */
export function countBelow(sorted: ArrayLike<number>, isBelow: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBelow(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
