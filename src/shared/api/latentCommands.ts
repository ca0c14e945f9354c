import { z } from 'zod'
import { command } from './command'
import {
  type Begun,
  clusterMethodSchema,
  type ClusteredCodes,
  codeMetrics,
  type CodeSet,
  type DecodedPlace,
  type LabelAccuracy,
  latentFormats,
  type LocatedImage,
  type NearestPoints,
  type PointDetail,
  type ProjectedCodes,
  projectionSchema,
} from './latent'
import { idSchema, type PixelBlock } from './library'
import { placeSchema } from './places'

const name = z.string().trim().min(1, 'Give it a name.').max(120)
const row = z.number().int().min(0)
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'A code is a list of floats.')
const set = z.string().regex(/^[0-9a-f]{16}$/, 'Those images are not known here: open the map again.')
const points = z.custom<Int32Array>((value) => value instanceof Int32Array, 'Points are a list of integers.')
const metric = z.enum(codeMetrics).default('euclidean')

/** Maps of latent codes. */
export const latentCommands = {
  /** The codes of all images of some datasets. They are kept with the model. */
  'latent.open': command(
    z.strictObject({ model: idSchema, datasets: z.array(idSchema).min(1).max(20) }),
  ).gives<CodeSet | Begun>(),
  'latent.project': command(
    z.strictObject({
      set,
      projection: projectionSchema,
      /** The same images before the model went on learning: where it can, the map begins from theirs. */
      after: set.optional(),
    }),
  ).gives<ProjectedCodes | Begun>(),
  'latent.cluster': command(
    z.strictObject({
      set,
      method: clusterMethodSchema,
      seed: z.number().int().min(0).max(0x7fffffff).default(1),
    }),
  ).gives<ClusteredCodes | Begun>(),
  /** How well labels can be told from codes: by a vote of the nearest `k`. */
  'latent.labelAccuracy': command(
    z.strictObject({ set, k: z.number().int().min(1).max(100).default(15), metric }),
  ).gives<LabelAccuracy>(),
  'latent.describe': command(z.strictObject({ set, points })).gives<readonly PointDetail[]>(),
  'latent.thumbnails': command(
    z.strictObject({ set, points, size: z.number().int().min(8).max(512) }),
  ).gives<PixelBlock>(),
  /** Points whose file or label has this in its name, whatever the case. */
  'latent.search': command(
    z.strictObject({ set, text: z.string().trim().min(1).max(200) }),
  ).gives<Int32Array>(),
  /**
   * Of each point the folder that its file is in, or the time its file was changed. Gives `folders` as indices of
   * `names`, −1 for the top; `modifiedDays` since 1970, NaN where it is not known.
   */
  'latent.files': command(z.strictObject({ set })).gives<{
    readonly names: readonly string[]
    readonly folders: Int32Array
    readonly modifiedDays: Float32Array
  }>(),
  /** To a point, itself left out, or to any code. */
  'latent.neighbors': command(
    z.strictObject({
      set,
      of: z.union([z.strictObject({ point: row }), z.strictObject({ code: floats })]),
      k: z.number().int().min(1).max(1000).default(24),
      metric,
    }),
  ).gives<NearestPoints>(),
  /** Codes of some points, one after the other. */
  'latent.codes': command(z.strictObject({ set, points })).gives<Float32Array>(),
  /** The mean of many codes. */
  'latent.mean': command(z.strictObject({ set, points })).gives<Float32Array>(),
  'latent.decodeAt': command(
    z.strictObject({ set, projection: projectionSchema, place: floats }),
  ).gives<DecodedPlace>(),
  /** An image from outside. */
  'latent.locate': command(
    z.strictObject({ set, projection: projectionSchema, image: placeSchema, metric }),
  ).gives<LocatedImage>(),
  /** Codes and places of all points as files in a folder. */
  'latent.export': command(
    z.strictObject({
      set,
      projection: projectionSchema.nullable(),
      format: z.enum(latentFormats),
      folder: placeSchema,
    }),
  ).gives<{ readonly files: readonly string[] }>(),
  /** The files of some points into a folder: copied, linked, or named in a list. Gives a job. */
  'latent.saveFiles': command(
    z.strictObject({
      set,
      points,
      how: z.enum(['list', 'copy', 'link']),
      folder: placeSchema,
    }),
  ).gives<Begun>(),
  /** A dataset of some points. */
  'latent.makeDataset': command(z.strictObject({ set, points, name })).gives<{ readonly id: string }>(),
} as const
