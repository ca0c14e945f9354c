import { z } from 'zod'
import { budgetSchema } from './plan'

/**
 * How odd an image is; of each a higher value is odder.
 *
 * - `default`: the mean rank of those that were measured to be the best together
 * - `error`: mean squared error of the reconstruction
 * - `patch`: the worst patch of the reconstruction error, at several scales
 * - `ssim`: the worst place of 1 − SSIM between image and reconstruction
 * - `knn`: distance to the nearest codes of normal images
 * - `mahalanobis`: distance of the code from those of normal images, with a covariance that is shrunk
 * - `features`: distance of gradients and colours, in parts of the image, from those of normal images
 * - `texture`: the worst place by features of small patches, for surfaces
 * - `appearance`: distance of the image as a whole (colours, contrast, detail) from normal ones
 * - `ranks`: the mean rank of all of them
 */
export const anomalyScores = [
  'default',
  'error',
  'patch',
  'ssim',
  'knn',
  'mahalanobis',
  'features',
  'texture',
  'appearance',
  'ranks',
] as const
export const anomalyScoreSchema = z.enum(anomalyScores)
export type AnomalyScore = z.infer<typeof anomalyScoreSchema>

/** What a person may set. */
export const anomalySettingsSchema = z.object({
  score: anomalyScoreSchema.default('default'),
  /** The share of normal images that may be called odd; the threshold follows from it. */
  falseAlarms: z.number().min(0).max(0.5).default(0.01),
  /**
   * How the network is trained where it is: `repair` pastes patches, scratches, blobs and noise into the images and learns
   * to take them out, `plain` reconstructs images as they are, `auto` takes what suits the images.
   */
  training: z.enum(['auto', 'plain', 'repair']).default('auto'),
  budget: budgetSchema.default('1m'),
  seed: z.number().int().min(0).max(0xffffffff).default(0),
})
export type AnomalySettings = z.infer<typeof anomalySettingsSchema>

/** An image with its score. `index` is its row in the dataset that was scored. */
export const scoredImageSchema = z.object({
  index: z.number().int().min(0),
  /** As the dataset has it: relative to its source. */
  path: z.string(),
  score: z.number(),
  /** The share of normal images that are less odd, 0..100. */
  percentile: z.number(),
  odd: z.boolean(),
  label: z.string().nullable(),
  /** Whether the label says that it is odd; null without labels. */
  known: z.boolean().nullable(),
  /** Each of the scores that went into it, before ranks were taken. */
  scores: z.record(z.string(), z.number()),
  /** `index` of an earlier image that is the same or nearly so, and how far its code lies from this one's. */
  duplicateOf: z.number().int().nullable(),
  duplicateDistance: z.number().nullable(),
})
export type ScoredImage = z.infer<typeof scoredImageSchema>

export const confusionSchema = z.object({
  truePositives: z.number(),
  falsePositives: z.number(),
  trueNegatives: z.number(),
  falseNegatives: z.number(),
})
export type Confusion = z.infer<typeof confusionSchema>

/** A point of the ROC; its threshold is the lowest score that counts as odd there. */
export const rocPointSchema = z.object({
  falsePositiveRate: z.number(),
  truePositiveRate: z.number(),
  /** Null at the start of the curve, where nothing is odd. */
  threshold: z.number().nullable(),
})
export type RocPoint = z.infer<typeof rocPointSchema>

/** What labels tell. Each agrees with scikit-learn. */
export const anomalyFiguresSchema = z.object({
  normal: z.number().int(),
  odd: z.number().int(),
  auroc: z.number(),
  averagePrecision: z.number(),
  /** The best F1 over all thresholds, and where. */
  bestF1: z.number(),
  bestF1Threshold: z.number(),
  /** At the threshold in use. */
  confusion: confusionSchema,
  roc: z.array(rocPointSchema),
  /** With masks: over all pixels, and the overlap per region up to a rate of false positives of 0.3. */
  pixelAuroc: z.number().nullable(),
  pro: z.number().nullable(),
})
export type AnomalyFigures = z.infer<typeof anomalyFiguresSchema>

/** Counts in equal steps from `from` to `to`. */
export const scoreHistogramSchema = z.object({
  from: z.number(),
  to: z.number(),
  /** Of the images that the detector was fitted on. */
  normal: z.array(z.number()),
  /** Of the images that were scored. */
  scored: z.array(z.number()),
})
export type ScoreHistogram = z.infer<typeof scoreHistogramSchema>

/** What is known once all images are scored. */
export const anomalyResultSchema = z.object({
  settings: anomalySettingsSchema,
  /** Images that the detector was fitted on. */
  fitted: z.number().int(),
  /** Whether those are the images that were scored. */
  selfFitted: z.boolean(),
  threshold: z.number(),
  histogram: scoreHistogramSchema,
  /** Sorted scores of the images that it was fitted on, at most some thousand of them: for other thresholds. */
  normalScores: z.array(z.number()),
  /** Null without labels. */
  figures: anomalyFiguresSchema.nullable(),
  /** In the order of the dataset. */
  images: z.array(scoredImageSchema),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
})
export type AnomalyResult = z.infer<typeof anomalyResultSchema>

/** One image looked at closely. Pixels are height × width × channels bytes. */
export interface AnomalyView {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly original: Uint8Array
  readonly reconstruction: Uint8Array
  /** height × width, 0..1: at 1 it is far odder than the oddest place of normal images, at 0.5 as odd as the threshold. */
  readonly heat: Float32Array
}
