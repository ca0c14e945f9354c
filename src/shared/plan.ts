import { z } from 'zod'
import type { Preprocessing, Skipped } from './dataset'
import type { ModelSpec } from './modelSpec'
import type { TrainingConfig } from './trainingConfig'

/** How long a run may take: about a minute, ten minutes, an hour, or until it stops getting better. */
export const budgetNames = ['1m', '10m', '1h', 'auto'] as const
export const budgetSchema = z.enum(budgetNames)
export type Budget = z.infer<typeof budgetSchema>
export const defaultBudget: Budget = '1m'

/** What a plan depends on, measured on a few hundred of the images. */
export interface ImageTraits {
  readonly images: number
  readonly labels: number
  /** Median of the originals, in pixels. */
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /**
   * - `photographs`: smooth and textured, every pixel differs
   * - `drawings`: few tones and large flat areas: digits, icons, sprites
   */
  readonly kind: 'photographs' | 'drawings'
  /** Whether some of them have transparent pixels. */
  readonly transparent: boolean
  /** Principal components that hold nine tenths of the variance of small versions of the images. */
  readonly components: number
  /** Whether all of them are the same. */
  readonly equal: boolean
}

/** How images are read, what is trained on them and for how long. The window words it from these figures. */
export interface TrainingPlan {
  readonly budget: Budget
  readonly traits: ImageTraits
  /** Null for a plan for a dataset, whose images have been read already. */
  readonly preprocessing: Preprocessing | null
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  readonly network: 'dense' | 'convolutional'
  /** Numbers of the code. */
  readonly codeSize: number
  /** Sentences on what to expect: two images are few. */
  readonly remarks: readonly PlanRemark[]
  /** Of a plan for damaged pictures and clean ones of the same names: how many belong together, and what was left out. */
  readonly pairs?: { readonly count: number; readonly skipped: readonly Skipped[] }
}

/**
 * - `one-image`: it can only be learned by heart
 * - `few-images`: fewer than 50, what comes out is rough
 * - `images-equal`: all images are the same, so there is nothing to learn
 */
export type PlanRemark = 'one-image' | 'few-images' | 'images-equal'
