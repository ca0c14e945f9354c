import type { AnomalyScore } from '../../../../shared/anomalies'
import type { ComputeTarget, ModelFiles, ProgressEvent } from '../../../worker/protocol'

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

/** Detectors stay in the worker until they are dropped. */
export interface AnomalyTasks {
  fitAnomalies: {
    params: FitAnomaliesParams
    result: FittedAnomalies
    event: ProgressEvent
  }
  /** All images of a dataset, as `batch` events in order. `own`: it is the one that the detector was fitted on. */
  scoreAnomalies: {
    params: { id: string; dataset: string; own: boolean; maps: boolean }
    result: { count: number }
    event: AnomalyBatch
  }
  /** One image that the detector was not fitted on. @param pixels height × width × channels bytes */
  scoreAnomaly: {
    params: { id: string; pixels: Uint8Array }
    result: { score: number; parts: Readonly<Record<string, number>> }
    event: never
  }
  /** One image, closely. @param pixels height × width × channels bytes */
  viewAnomaly: {
    params: { id: string; pixels: Uint8Array }
    result: {
      output: Float32Array
      /** 0..1, 0.5 being as odd as the threshold. */
      heat: Float32Array
    }
    event: never
  }
  /** The nearest other code of each code. @param codes count × dimensions */
  nearestOfEach: {
    params: ComputeTarget & { codes: Float32Array; dimensions: number }
    /** −1 where there is no other. */
    result: { nearest: Int32Array; distances: Float32Array }
    event: never
  }
  /**
   * Writes what a detector knows, so that it need not be fitted again. `own`: the images that are looked through are those
   * that it was fitted on.
   */
  keepDetector: { params: { id: string; file: string; own: boolean }; result: null; event: never }
  /** Opens what `keepDetector` wrote. Fails with an ExpectedError where the file is missing, damaged or of another model. */
  openDetector: {
    params: ComputeTarget & { id: string; model: ModelFiles; file: string; seed: number }
    result: FittedAnomalies & { readonly own: boolean }
    event: never
  }
  /** A detector as an ONNX file with the outputs `anomaly_map` and `score`, the threshold in its metadata. */
  exportAnomalyModel: {
    params: { id: string; model: ModelFiles; about: Readonly<Record<string, string>>; file: string }
    result: { threshold: number; bytes: number }
    event: never
  }
  dropAnomalies: { params: { id: string }; result: null; event: never }
}
