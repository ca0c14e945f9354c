import { z } from 'zod'
import { layerSchema, type ModelSpec, modelSpecSchema, tyingSchema } from './modelSpec'
import { runtimeNameSchema } from './trainingConfig'

/**
 * - `ratings`: what came out best: a denoising autoencoder of items, of what biases leave
 * - `both-autorec`: one of items and one of users, with shares found on held-out ratings
 * - `user-autorec`: one of users (Sedhain et al. 2015, U-AutoRec)
 * - `deep-autorec`: SELU, dropout at the code, dense re-feeding, of users (Kuchaiev & Ginsburg 2017)
 */
export const ratingPresets = ['ratings', 'both-autorec', 'user-autorec', 'deep-autorec'] as const
export type RatingPreset = (typeof ratingPresets)[number]

export const ratingSplitNames = ['random', 'time', 'leave-one-out'] as const

/** Where ratings came from, and what they were taken for. */
export const ratingsSourceSchema = z.object({
  files: z.array(z.string()),
  /** In words, such as "comma-separated, with a header". */
  layout: z.string(),
  /** The columns, as the header calls them, or by number from 1. */
  columns: z.object({ user: z.string(), item: z.string(), rating: z.string(), time: z.string().nullable() }),
  /** Lines without a rating. */
  empty: z.number().int(),
  /** A number that stands for none, such as -1 or 99; such lines are among the empty ones. */
  unrated: z.number().optional(),
  /** Lines that are no ratings, such as ones with cells too many, and the first of them. */
  unsound: z.number().int().optional(),
  firstUnsound: z.number().int().optional(),
  /** Ratings of the same item by the same user: the last one counts. */
  repeated: z.number().int(),
})
export type RatingsSource = z.infer<typeof ratingsSourceSchema>

const figures = { rmse: z.number(), mae: z.number() }
export const errorFiguresSchema = z.object(figures)
export const ratingBaselinesSchema = z.object({
  mean: errorFiguresSchema,
  bias: errorFiguresSchema,
  factorization: errorFiguresSchema,
  /** Whether the time ran out before the factorisation had come to rest. */
  isCut: z.boolean().optional(),
})

export const ratingMemberSchema = z.object({
  name: z.enum(['items', 'users', 'linear']),
  side: z.enum(['items', 'users']),
  columns: z.number().int().min(1),
  encoder: z.array(layerSchema).min(1),
  tying: tyingSchema,
  seed: z.number().int(),
  weight: z.number(),
  offset: z.number(),
  penalty: z.number(),
  epochs: z.number().int(),
  /** Values that training moves. */
  parameters: z.number().int(),
  /** Root mean squared error of this one alone, on the held-out ratings. */
  rmse: z.number().nullable(),
})
export type RatingMember = z.infer<typeof ratingMemberSchema>

export const ratingModelSchema = z.object({
  preset: z.enum(ratingPresets),
  tying: tyingSchema,
  seed: z.number().int(),
  split: z.enum(ratingSplitNames),
  runtime: runtimeNameSchema,
  device: z.string(),
  versions: z.record(z.string(), z.string()),
  trainedAt: z.string(),
  elapsedMs: z.number(),
  /** Known values that training went through in a second. */
  valuesPerSecond: z.number(),
  members: z.array(ratingMemberSchema).min(1),
  /** On ratings that were held back; the members have learned from those too afterwards, where `onAll`. */
  measured: z
    .object({
      ...figures,
      held: z.number().int(),
      baselines: ratingBaselinesSchema,
      ranking: z.object({ ndcg: z.number(), recall: z.number(), users: z.number().int() }).nullable(),
    })
    .nullable(),
  onAll: z.boolean(),
})
export type RatingModel = z.infer<typeof ratingModelSchema>

/** ratings.json: a matrix of ratings, and the recommender that was trained on it, once it was. */
export const ratingsInfoSchema = z.object({
  version: z.literal(1),
  kind: z.literal('ratings'),
  name: z.string(),
  createdAt: z.string(),
  source: ratingsSourceSchema,
  users: z.number().int().min(1),
  items: z.number().int().min(1),
  ratings: z.number().int().min(1),
  range: z.object({ low: z.number(), high: z.number() }),
  histogram: z.array(z.object({ value: z.number(), count: z.number().int() })),
  hasTimes: z.boolean(),
  model: ratingModelSchema.nullable(),
})
export type RatingsInfo = z.infer<typeof ratingsInfoSchema>

/** Rows of numbers as images of one line, of any width: pictures are not as wide as a shop has customers. */
export function rowSpec(
  columns: number,
  { encoder, tying, seed }: Pick<RatingMember, 'encoder' | 'tying' | 'seed'>,
  initializer: ModelSpec['initializer'] = 'glorot-normal',
): ModelSpec {
  const input = { height: 1, width: 1, channels: 1 }
  const spec = modelSpecSchema.parse({ input, encoder, tying, seed, initializer })
  return { ...spec, input: { ...spec.input, width: columns } }
}
