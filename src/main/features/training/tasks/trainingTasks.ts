import type { ModelSpec } from '../../../../shared/modelSpec'
import type { Baselines, EpochMetrics, Finding } from '../../../../shared/run'
import type { RuntimeName, TrainingConfig } from '../../../../shared/trainingConfig'
import type { TrainingProgress } from '../../../engine/training/trainingObserver'
import type { ComputeTarget } from '../../../worker/protocol'

export interface TrainParams extends ComputeTarget {
  readonly run: string
  readonly dataset: string
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** Goes on from the run's latest checkpoint, if there is one already. */
  readonly resume: boolean
  /** Starts from the weights in that file instead of from chance. */
  readonly initialWeights: string | null
  /** Of the budget, on the images before the training: at most half of it counts. */
  readonly spentMs?: number
  /** What was found while it trained before. */
  readonly findings?: readonly Finding[]
  /** Whether they were measured before; a run has them measured after the next epoch where they were not. */
  readonly hasBaselines: boolean
  /** Whether singular values of the kernels are kept over the epochs, as experiments show them. */
  readonly spectra?: boolean
}

export type TrainEvent =
  | {
      readonly type: 'started'
      readonly runtime: RuntimeName
      readonly device: string
      readonly version: string
      /** Images, or patches of them, that an epoch trains on. */
      readonly images: number
      /** Values that training moves. */
      readonly parameters: number
      readonly epochs: number
      readonly finishedEpochs: number
    }
  | ({ readonly type: 'progress' } & TrainingProgress)
  /** There is something to look at before the first epoch. */
  | { readonly type: 'pictured' }
  | { readonly type: 'baselines'; readonly baselines: Baselines }
  | { readonly type: 'finding'; readonly finding: Finding }
  /** `hasSnapshot`: the epoch left something to look at. */
  | { readonly type: 'epoch'; readonly metrics: EpochMetrics; readonly hasSnapshot: boolean }

export interface TrainResult {
  readonly outcome: 'done' | 'paused' | 'stopped'
  readonly epochs: number
  readonly bestEpoch: number
  readonly bestLoss: number | null
}

export interface MeasureParams extends ComputeTarget {
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  /** It ends after this time, compiling left out, or a little later where a single call takes longer. */
  readonly forMs: number
}
