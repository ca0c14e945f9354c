import type { AnomalyResult } from '../../../shared/anomalies'
import type { NormalSource } from '../../../shared/api/anomalies'
import type { FoundAnomalies } from './findAnomalies'
import type { SearchColumns, SearchRecord } from '../../store/anomalyStore'

export interface SearchOrigin {
  readonly name: string
  readonly createdAt: string
  readonly target: SearchRecord['target']
  readonly normal: NormalSource
}

/** What a search leaves on disk. */
export function recordOf(result: AnomalyResult, origin: SearchOrigin): SearchRecord {
  const { settings, fitted, threshold, figures, images, skipped } = result
  const labels = normalLabelsOf(result)
  return {
    version: 1,
    ...origin,
    settings,
    fitted,
    skipped,
    normalLabels: labels,
    count: images.length,
    odd: countOdd(images, threshold),
    suggestedThreshold: threshold,
    threshold: null,
    parts: Object.keys(images[0]?.scores ?? {}),
    pixelAuroc: figures?.pixelAuroc ?? null,
    pro: figures?.pro ?? null,
  }
}

export function columnsOf({ result: { images, normalScores }, heldOut }: FoundAnomalies): SearchColumns {
  const names = Object.keys(images[0]?.scores ?? {})
  const column = (of: (image: (typeof images)[number]) => number) => Float64Array.from(images, of)
  return {
    scores: column(({ score }) => score),
    normalScores: Float64Array.from(normalScores),
    heldOut: Int32Array.from(heldOut),
    duplicateOf: Int32Array.from(images, ({ duplicateOf }) => duplicateOf ?? -1),
    duplicateDistance: column(({ duplicateDistance }) => duplicateDistance ?? NaN),
    parts: Object.fromEntries(names.map((name) => [name, column(({ scores }) => scores[name] ?? NaN)])),
  }
}

/** Labels whose images count as normal; null where labels say nothing of it. */
function normalLabelsOf({ images }: AnomalyResult): string[] | null {
  const normal = new Set<string>()
  for (const { label, known } of images) if (label !== null && known === false) normal.add(label)
  return normal.size > 0 ? [...normal].sort() : null
}

/** @param threshold scores above it count as odd */
export function countOdd(images: readonly { readonly score: number }[], threshold: number): number {
  return images.filter(({ score }) => score > threshold).length
}
