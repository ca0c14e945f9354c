import { z } from 'zod'
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
  'latent.open': z.strictObject({ model: idSchema, datasets: z.array(idSchema).min(1).max(20) }),
  'latent.project': z.strictObject({
    set,
    projection: projectionSchema,
    /** The same images before the model went on learning: where it can, the map begins from theirs. */
    after: set.optional(),
  }),
  'latent.cluster': z.strictObject({
    set,
    method: clusterMethodSchema,
    seed: z.number().int().min(0).max(0x7fffffff).default(1),
  }),
  /** How well labels can be told from codes: by a vote of the nearest `k`. */
  'latent.labelAccuracy': z.strictObject({ set, k: z.number().int().min(1).max(100).default(15), metric }),
  'latent.describe': z.strictObject({ set, points }),
  'latent.thumbnails': z.strictObject({ set, points, size: z.number().int().min(8).max(512) }),
  /** Points whose file or label has this in its name, whatever the case. */
  'latent.search': z.strictObject({ set, text: z.string().trim().min(1).max(200) }),
  /** Of each point the folder that its file is in, or the time its file was changed. */
  'latent.files': z.strictObject({ set }),
  /** To a point, itself left out, or to any code. */
  'latent.neighbors': z.strictObject({
    set,
    of: z.union([z.strictObject({ point: row }), z.strictObject({ code: floats })]),
    k: z.number().int().min(1).max(1000).default(24),
    metric,
  }),
  /** Codes of some points, one after the other. */
  'latent.codes': z.strictObject({ set, points }),
  /** The mean of many codes. */
  'latent.mean': z.strictObject({ set, points }),
  'latent.decodeAt': z.strictObject({ set, projection: projectionSchema, place: floats }),
  /** An image from outside. */
  'latent.locate': z.strictObject({ set, projection: projectionSchema, image: placeSchema, metric }),
  /** Codes and places of all points as files in a folder. */
  'latent.export': z.strictObject({
    set,
    projection: projectionSchema.nullable(),
    format: z.enum(latentFormats),
    folder: placeSchema,
  }),
  /** The files of some points into a folder: copied, linked, or named in a list. Gives a job. */
  'latent.saveFiles': z.strictObject({
    set,
    points,
    how: z.enum(['list', 'copy', 'link']),
    folder: placeSchema,
  }),
  /** A dataset of some points. */
  'latent.makeDataset': z.strictObject({ set, points, name }),
} as const

export interface LatentResults {
  'latent.open': CodeSet | Begun
  'latent.project': ProjectedCodes | Begun
  'latent.cluster': ClusteredCodes | Begun
  'latent.labelAccuracy': LabelAccuracy
  'latent.describe': readonly PointDetail[]
  'latent.thumbnails': PixelBlock
  'latent.search': Int32Array
  /** `folders` into `names`, −1 for the top; `modifiedDays` since 1970, NaN where it is not known. */
  'latent.files': {
    readonly names: readonly string[]
    readonly folders: Int32Array
    readonly modifiedDays: Float32Array
  }
  'latent.neighbors': NearestPoints
  'latent.codes': Float32Array
  'latent.mean': Float32Array
  'latent.decodeAt': DecodedPlace
  'latent.locate': LocatedImage
  'latent.export': { readonly files: readonly string[] }
  'latent.saveFiles': Begun
  'latent.makeDataset': { readonly id: string }
}
