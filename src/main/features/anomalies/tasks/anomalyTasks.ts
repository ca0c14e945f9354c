import type { AnomalyScore } from '../../../../shared/anomalies'
import type { ComputeTarget, ModelFiles } from '../../../worker/protocol'

export interface FitAnomaliesParams extends ComputeTarget {
  /** By which later calls name the detector; an earlier one of that name is dropped. */
  readonly id: string
  readonly model: ModelFiles
  /** Folder of a dataset in the model's size. */
  readonly dataset: string
  /** Rows of normal images, ascending. */
  readonly rows: Uint32Array
  /** Those of them that the model was not trained on. */
  readonly heldOut: Uint32Array
  readonly score: AnomalyScore
  readonly falseAlarms: number
  /** Whether some of them may be odd. */
  readonly robust: boolean
  readonly seed: number
}

export interface FittedAnomalies {
  readonly threshold: number
  /** Ascending scores of the normal images. */
  readonly normalScores: Float64Array
}

/** A stretch of images that were measured. */
export interface AnomalyBatch {
  readonly type: 'batch'
  readonly first: number
  readonly count: number
  readonly scores: Float64Array
  /** What the scores are put together of. */
  readonly parts: Readonly<Record<string, Float32Array>>
  /** count × height × width where they were asked for, else empty. */
  readonly maps: Float32Array
  /** What tells duplicates: count × dimensions; empty for a model without a code. */
  readonly codes: Float32Array
}
