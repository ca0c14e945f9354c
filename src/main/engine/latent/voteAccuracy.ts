import type { CodeMetric, LabelAccuracy } from '../../../shared/api/latent'
import { nearestCodes } from './distances'
import { rowsOf } from './statistics'

/** Looked at, and among how many neighbours are sought: more would not change the figure much. */
const mostLooked = 1000
const mostAmong = 20_000
const leastAmong = 2000
/** Differences of numbers that are looked at, so that longer codes take not much longer. */
const mostDifferences = 2e9

/**
 * How often the label that most of the k nearest codes have is an image's own (k-nearest-neighbour classification,
 * leaving the image itself out). On a tie the nearer neighbour's label counts.
 *
 * @param labelled rows that have a label
 */
export function voteAccuracy(
  codes: Float32Array,
  dimensions: number,
  labels: Int32Array,
  labelled: Uint32Array,
  { k, metric }: { readonly k: number; readonly metric: CodeMetric },
): LabelAccuracy {
  const affordable = mostDifferences / (mostLooked * dimensions)
  const among = spread(labelled, Math.round(Math.min(mostAmong, Math.max(leastAmong, affordable))))
  const values = rowsOf(codes, dimensions, among)
  const looked = spread(Uint32Array.from(among.keys()), mostLooked)
  let right = 0
  for (const i of looked) {
    const code = values.slice(i * dimensions, (i + 1) * dimensions)
    const { indices } = nearestCodes(values, code, k, metric, i)
    if (vote(Array.from(indices, (other) => labels[among[other]!]!)) === labels[among[i]!]) right++
  }
  const counts = new Map<number, number>()
  for (const row of among) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1)
  return {
    accuracy: right / looked.length,
    chance: Math.max(...counts.values()) / among.length,
    k,
    looked: looked.length,
  }
}

/** The most frequent one; of equally frequent ones that which comes first. */
function vote(labels: readonly number[]): number | undefined {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].reduce<readonly [number, number] | undefined>(
    (best, entry) => (best && best[1] >= entry[1] ? best : entry),
    undefined,
  )?.[0]
}

function spread(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows
  return Uint32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!)
}
