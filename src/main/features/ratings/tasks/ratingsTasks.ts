import type { RatingMember, RatingModel } from '../../../../shared/ratings'
import type { Tying } from '../../../../shared/modelSpec'
import type { RatingPreset } from '../../../../shared/ratings'
import type { RuntimeName } from '../../../../shared/trainingConfig'
import type { BaselineErrors, ErrorFigures } from '../../../engine/ratings/factorization'
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

export interface RatingsTasks {
  /** Trains a recommender and writes it into the folder of its ratings. Stopped it leaves a checkpoint. */
  trainRatings: {
    params: TrainRatingsParams
    result: Omit<RatingModel, 'versions' | 'trainedAt'> & { readonly version: string }
    event: TrainRatingsEvent
  }
  /** How far predictions are from ratings. Users and items below 0 are unknown. */
  evaluateRatings: {
    params: {
      readonly folder: string
      readonly users: Int32Array
      readonly items: Int32Array
      readonly values: Float32Array
    }
    result: ErrorFigures & { readonly baselines: BaselineErrors }
    event: never
  }
  /** The items with the highest expected rating that somebody has not rated: a known user, or ratings of somebody new. */
  recommend: {
    params: {
      readonly folder: string
      readonly user: number | null
      readonly rated: { readonly items: readonly number[]; readonly values: readonly number[] } | null
      readonly top: number
    }
    result: {
      /** How many ratings of theirs it goes by. */
      readonly rated: number
      readonly list: readonly {
        readonly item: number
        readonly rating: number
        /** Of all users. */
        readonly ratings: number
        /** The nearest items in the space of codes. */
        readonly near: readonly number[]
      }[]
    }
    event: never
  }
  /**
   * The codes of the items or the users, by an autoencoder that has them as its rows; else the vectors by which the last layer
   * makes a rating of each out of what it reads.
   */
  ratingCodes: {
    params: { readonly folder: string; readonly side: 'items' | 'users' }
    result: { readonly codes: Float32Array; readonly dimensions: number }
    event: never
  }
}
