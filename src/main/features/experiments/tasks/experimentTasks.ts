import type { ModelSpec } from '../../../../shared/modelSpec'
import type { NoiseSpec } from '../../../../shared/noise'
import type { TrainingConfig } from '../../../../shared/trainingConfig'
import type { ComputeTarget } from '../../../worker/protocol'

export interface MeasureRunParams extends ComputeTarget {
  readonly run: string
  readonly dataset: string
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** What the images are corrupted with when they are measured. */
  readonly noise: NoiseSpec | null
  readonly withPca: boolean
}

/** On the held-out images, or on all of them where none are. The error is not clipped, PSNR is of 0..1. */
export interface MeasuredError {
  readonly mse: number
  readonly psnr: number
}

export interface MeasuredRun {
  readonly images: number
  readonly last: MeasuredError
  readonly best: MeasuredError
  readonly pca: (MeasuredError & { readonly components: number }) | null
}
