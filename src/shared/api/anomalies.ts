import { z } from 'zod'
import type { AnomalySettings, ScoredImage } from '../anomalies'
import type { InputShape } from '../modelSpec'
import type { PixelBlock } from './library'

/** What a person says of an image, whatever its score is. */
export const anomalyMarks = ['odd', 'normal'] as const
export type AnomalyMark = (typeof anomalyMarks)[number]
/** How `AnomalyDetail.marks` holds them, a byte an image. */
export const markCodes = { none: 0, odd: 1, normal: 2 } as const

/** By what a search judges: the images themselves, other images that are normal, or those that a model learned from. */
export const normalKinds = ['itself', 'dataset', 'model'] as const
export const normalSourceSchema = z.object({ kind: z.enum(normalKinds), id: z.string(), name: z.string() })
export type NormalSource = z.infer<typeof normalSourceSchema>

/**
 * A folder whose new images are scored as they come, until it is stopped: also after the next start of Hourglass.
 *
 *     beginning ──▶ watching
 *         └───────▶ failed       its folder is not there, for example; it begins again with the next start
 */
export interface AnomalyWatch {
  readonly state: 'beginning' | 'watching' | 'failed'
  /** Why it failed. */
  readonly problem: string | null
  /** Of the folder. */
  readonly name: string
  readonly scored: number
  readonly odd: number
}

/**
 * What a list says of a search for odd images.
 *
 *     searching ──▶ ready        a search that fails or is stopped is not there any more; its job says why
 */
export interface AnomalySearch {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly state: 'searching' | 'ready' | 'damaged'
  readonly problem: string | null
  /** Of a search under way. */
  readonly job: string | null
  /** The dataset that was looked through. `id` is null where it is not in the library any more. */
  readonly target: { readonly id: string | null; readonly name: string }
  readonly normal: NormalSource
  readonly settings: AnomalySettings
  /** Images that were scored, and how many of them lie above the threshold. */
  readonly count: number
  readonly odd: number
  readonly watch: AnomalyWatch | null
}

/** All of a search but its pictures. Arrays have one entry an image, in the order of the dataset. */
export interface AnomalyDetail extends AnomalySearch {
  readonly input: InputShape
  /** Whether the images have been imported again since: then they cannot be shown, and should be searched again. */
  readonly outdated: boolean
  /** Higher is odder. */
  readonly scores: Float64Array
  /** Each of the scores that went into it, by name. */
  readonly parts: Readonly<Record<string, Float64Array>>
  /** Sorted scores of the images that count as normal, at most some thousand of them. */
  readonly normalScores: Float64Array
  /** How many those were. */
  readonly fitted: number
  /** What follows from the rate of false alarms. */
  readonly suggestedThreshold: number
  /** In use: scores above it count as odd. */
  readonly threshold: number
  /** Into `labelNames`, −1 without a label. */
  readonly labels: Int32Array
  readonly labelNames: readonly string[]
  /** Labels that count as normal for the figures; null where that is not known. */
  readonly normalLabels: readonly string[] | null
  /** Into `folderNames`; −1 at the top. */
  readonly folders: Int32Array
  readonly folderNames: readonly string[]
  /** `markCodes`. */
  readonly marks: Uint8Array
  /** The image that each is the same as, or nearly so; −1 for none. And how far their codes lie apart. */
  readonly duplicateOf: Int32Array
  readonly duplicateDistance: Float64Array
  /** With masks, over all pixels; null without. */
  readonly pixelAuroc: number | null
  readonly pro: number | null
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
}

/** What images are called, and where they lie. */
export interface AnomalyImage {
  readonly row: number
  /** Within its source. */
  readonly path: string
  readonly label: string | null
}

/**
 * Some images as three pictures each. `heat` has one channel: 255 is far odder than normal, 128 as odd as the threshold.
 */
export interface AnomalyPictures {
  readonly originals: PixelBlock
  readonly reconstructions: PixelBlock
  readonly heat: PixelBlock
}

/** An image that came into a watched folder. */
export interface NoticedImage extends Pick<ScoredImage, 'score' | 'percentile' | 'odd'> {
  /** Counts up within a search. */
  readonly number: number
  readonly at: string
  /** Within the watched folder, and the folder's name. */
  readonly path: string
  readonly folder: string
  /** Why it could not be scored; then the other figures are 0. */
  readonly problem: string | null
}

/** What leaves Hourglass: a table of all, the paths of some as lines, copies of files, a page, or the model that judges. */
export const anomalySaveKinds = ['csv', 'list', 'copy', 'report', 'onnx'] as const
export type AnomalySaveKind = (typeof anomalySaveKinds)[number]
