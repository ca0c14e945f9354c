import type { RatingMember, RatingPreset } from '../../../../shared/ratings'
import type { Tying } from '../../../../shared/modelSpec'
import type { RuntimeName } from '../../../../shared/trainingConfig'
import type { BaselineErrors } from '../../../engine/ratings/factorization'
import type { RecommenderProgress } from '../../../engine/ratings/learnMembers'
import type { RatingSplit } from '../../../engine/ratings/splitRatings'
import type { ComputeTarget } from '../../../worker/protocol'

/** Of a training; one that is resumed keeps them. */
export interface TrainRatingsSettings {
  readonly preset: RatingPreset
  readonly tying: Tying
  readonly seed: number
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly learningRate?: number | undefined
  readonly refeeding?: boolean | undefined
  readonly heldShare: number
  readonly split: RatingSplit
  readonly budgetMs: number
}

export interface TrainRatingsParams extends ComputeTarget, TrainRatingsSettings {
  /** A folder with ratings, which gets the model. */
  readonly folder: string
  /** Whether it goes on from the checkpoint in the folder. */
  readonly resume: boolean
}

export type TrainRatingsEvent =
  | {
      readonly type: 'started'
      readonly runtime: RuntimeName
      readonly device: string
      readonly version: string
      readonly members: readonly Pick<RatingMember, 'side' | 'parameters'>[]
    }
  | { readonly type: 'baselines'; readonly baselines: BaselineErrors }
  | ({ readonly type: 'epoch' } & RecommenderProgress)
