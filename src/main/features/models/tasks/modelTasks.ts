import type { NoiseSpec } from '../../../../shared/noise'
import type { ImportedFile } from '../../../engine/importers/importFile'
import type { ComputeTarget, ModelFiles } from '../../../worker/protocol'

export type { ImportedFile }

export interface EvaluateParams extends ComputeTarget {
  readonly model: ModelFiles
  readonly dataset: string
  readonly noise: NoiseSpec | null
  readonly seed: number
}

export interface EvaluateResult {
  readonly count: number
  readonly loss: number
  readonly psnr: number
  readonly ssim: number
  readonly noisyPsnr: number | null
}

/** A stretch of images through the model. Float32, count × inputs, values as the network has them, not clipped. */
export interface ReconstructedBatch {
  readonly type: 'batch'
  readonly first: number
  readonly count: number
  readonly clean: Uint8Array
  readonly input: Float32Array
  readonly output: Float32Array
}

/** A stretch of codes, count × dimensions. */
export interface CodesBatch {
  readonly type: 'batch'
  readonly first: number
  readonly count: number
  readonly codes: Float32Array
}

export interface TriedImage {
  /** As the network gets it and gives it back, values not clipped. */
  readonly input: Float32Array
  readonly output: Float32Array
  readonly code: Float32Array
}
