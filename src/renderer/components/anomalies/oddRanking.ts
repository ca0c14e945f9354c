import { anomalyFigures, confusionAt } from '../../../shared/anomalyFigures'
import type { AnomalyFigures, Confusion } from '../../../shared/anomalies'
import { type AnomalyDetail, markCodes } from '../../../shared/api/anomalies'

/** Which images a list shows. Of folders and labels, null is every one; −1 are those without. */
export interface OddFilter {
  readonly shown: 'all' | 'odd' | 'normal' | 'marked' | 'unmarked'
  readonly label: number | null
  readonly folder: number | null
}

export const everyImage: OddFilter = { shown: 'all', label: null, folder: null }

/** Whether each image counts as odd: by its mark, else by its score. */
export function verdicts(
  scores: Float64Array,
  marks: Uint8Array,
  threshold: number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(scores, (score, row) =>
    marks[row] === markCodes.none ? Number(score > threshold) : Number(marks[row] === markCodes.odd),
  )
}

/** Rows with the oddest first; of the same score in the order of the dataset. */
export function rankedRows(scores: Float64Array): Int32Array<ArrayBuffer> {
  const rows = Int32Array.from({ length: scores.length }, (_, row) => row)
  return rows.sort((a, b) => scores[b]! - scores[a]! || a - b)
}

/** Those of the ranked rows that a filter lets through. */
export function filteredRows(
  ranked: Int32Array,
  filter: OddFilter,
  { labels, folders }: Pick<AnomalyDetail, 'labels' | 'folders'>,
  marks: Uint8Array,
  odd: Uint8Array,
): Int32Array {
  if (filter.shown === 'all' && filter.label === null && filter.folder === null) return ranked
  const isShown = {
    all: () => true,
    odd: (row: number) => odd[row] === 1,
    normal: (row: number) => odd[row] === 0,
    marked: (row: number) => marks[row] !== markCodes.none,
    unmarked: (row: number) => marks[row] === markCodes.none,
  }[filter.shown]
  return ranked.filter(
    (row) =>
      isShown(row) &&
      (filter.label === null || labels[row] === filter.label) &&
      (filter.folder === null || folders[row] === filter.folder),
  )
}

/** What is known of images: 1 odd, 0 normal, −1 not known. A mark counts more than a label. */
export function knownTruth(
  { labels, labelNames }: Pick<AnomalyDetail, 'labels' | 'labelNames'>,
  normalLabels: readonly string[] | null,
  marks: Uint8Array,
): Int8Array<ArrayBuffer> {
  const normal = new Set((normalLabels ?? []).map((name) => labelNames.indexOf(name)))
  return Int8Array.from(marks, (mark, row) => {
    if (mark === markCodes.odd) return 1
    if (mark === markCodes.normal) return 0
    const label = labels[row]!
    return normalLabels === null || label < 0 ? -1 : normal.has(label) ? 0 : 1
  })
}

export interface KnownFigures extends Pick<
  AnomalyFigures,
  'normal' | 'odd' | 'auroc' | 'averagePrecision' | 'bestF1' | 'bestF1Threshold' | 'roc'
> {
  readonly scores: readonly number[]
  readonly truth: readonly boolean[]
}

/** Null unless some are known to be odd and some to be normal. */
export function figuresOf(scores: Float64Array, truth: Int8Array): KnownFigures | null {
  const known: number[] = []
  const odd: boolean[] = []
  for (let row = 0; row < scores.length; row++) {
    if (truth[row]! < 0) continue
    known.push(scores[row]!)
    odd.push(truth[row] === 1)
  }
  const figures = anomalyFigures(known, odd, 0)
  return figures && { ...figures, scores: known, truth: odd }
}

export interface ThresholdFigures extends Confusion {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** What a threshold is worth. A share of nothing is 0, as scikit-learn has it. */
export function figuresAt({ scores, truth }: KnownFigures, threshold: number): ThresholdFigures {
  const confusion = confusionAt(scores, truth, threshold)
  const { truePositives: found, falsePositives, falseNegatives } = confusion
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return {
    ...confusion,
    precision: share(found, found + falsePositives),
    recall: share(found, found + falseNegatives),
    f1: share(2 * found, 2 * found + falsePositives + falseNegatives),
  }
}

export interface Histogram {
  readonly from: number
  readonly to: number
  /** Counts in equal steps: images that are searched, and normal ones. */
  readonly scored: Float64Array
  readonly normal: Float64Array
}

/** What lies outside the range, which single images would stretch, is counted in its first and last step. */
export function histogramOf(scores: Float64Array, normalScores: Float64Array, steps: number): Histogram {
  const usual = (normalScores.length > 0 ? normalScores : scores).toSorted()
  const at = (share: number) => usual[Math.min(usual.length - 1, Math.floor(share * usual.length))] ?? 0
  const low = scores.reduce((least, score) => Math.min(least, score), normalScores[0] ?? scores[0] ?? 0)
  const high = scores.reduce((most, score) => Math.max(most, score), normalScores.at(-1) ?? scores[0] ?? 0)
  // Odd ones far away, be they half of all, leave the others their room.
  const to = Math.min(high, at(0.5) + 8 * Math.max(1e-12, at(0.9) - at(0.5)))
  const from = low
  const span = to - from || 1
  const count = (values: Float64Array) => {
    const counts = new Float64Array(steps)
    for (const value of values)
      counts[Math.min(steps - 1, Math.max(0, Math.floor(((value - from) / span) * steps)))]!++
    return counts
  }
  return { from, to: from + span, scored: count(scores), normal: count(normalScores) }
}

/** Pairs of duplicates, the most alike first. */
export function duplicatePairs({
  duplicateOf,
  duplicateDistance,
}: Pick<AnomalyDetail, 'duplicateOf' | 'duplicateDistance'>): Int32Array {
  const rows = Int32Array.from(duplicateOf.keys()).filter((row) => duplicateOf[row]! >= 0)
  return rows.sort((a, b) => duplicateDistance[a]! - duplicateDistance[b]! || a - b)
}
