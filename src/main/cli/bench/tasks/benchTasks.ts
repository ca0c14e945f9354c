import type { NoiseSpec } from '../../../../shared/noise'
import type { RuntimeName } from '../../../../shared/trainingConfig'
import type { ComputeTarget } from '../../../worker/protocol'

export interface BenchParams extends ComputeTarget {
  /** Widths from the input to the code: tied, ReLU, linear output, MSE, Adam. */
  readonly dims: readonly number[]
  readonly batch: number
  readonly steps: number
  readonly rounds: number
  readonly noise: NoiseSpec | null
}

export interface BenchResult {
  readonly runtime: RuntimeName
  readonly device: string
  readonly samplesPerSecond: number
  readonly msPerStep: number
  readonly loss: number
  /** Share of the step that goes into shuffling, copying and drawing noise, 0..1. */
  readonly feedingShare: number
}

export interface ConvBenchParams extends ComputeTarget {
  /** Of an FFDNet-like restorer in grey: filters, and convolutions. */
  readonly channels: number
  readonly layers: number
  /** Side of the patches. */
  readonly patch: number
  readonly batch: number
  readonly steps: number
  readonly rounds: number
  /** Of the square image that is restored. */
  readonly megapixels: number
}

export interface ConvBenchResult {
  readonly runtime: RuntimeName
  readonly device: string
  readonly patchesPerSecond: number
  readonly megapixelsPerSecond: number
  readonly msPerStep: number
  readonly parameters: number
}
