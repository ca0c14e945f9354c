import { z } from 'zod'
import type { InputShape } from '../modelSpec'
import type { PixelBlock } from './library'

/** Distances between codes. `cosine` is 1 − cos of their angle. */
export const codeMetrics = ['euclidean', 'cosine', 'manhattan'] as const
export type CodeMetric = (typeof codeMetrics)[number]

const components = z.union([z.literal(2), z.literal(3)])

/** How codes become points in the plane or in space. */
export const projectionSchema = z.discriminatedUnion('method', [
  /** Two or three numbers of the code as they are. */
  z.strictObject({ method: z.literal('dims'), axes: z.array(z.number().int().min(0)).min(1).max(3) }),
  z.strictObject({ method: z.literal('pca'), components }),
  z.strictObject({
    method: z.literal('umap'),
    components,
    neighbors: z.number().int().min(2).max(200).default(15),
    minDistance: z.number().min(0).max(1).default(0.1),
    metric: z.enum(['euclidean', 'cosine']).default('euclidean'),
    seed: z.number().int().min(0).max(0x7fffffff).default(1),
    /** Only so many codes, spread evenly, where there are more: the others have no place on the map. */
    sample: z.number().int().min(100).optional(),
  }),
])
export type Projection = z.output<typeof projectionSchema>

export const clusterMethodSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('kmeans'), count: z.number().int().min(2).max(100) }),
  z.strictObject({ method: z.literal('hdbscan'), minSize: z.number().int().min(2).max(10_000) }),
])
export type ClusterMethod = z.output<typeof clusterMethodSchema>

/** Work that was begun and has to be waited for; then the same question gives its answer. */
export interface Begun {
  readonly job: string
}

/** For each dimension of the code, over all images. */
export interface CodeStatistics {
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly min: Float32Array
  readonly max: Float32Array
}

/** The images of some datasets as one model sees them: a point each, in the order of the datasets. */
export interface CodeSet {
  /** Names it in the other commands, until the app ends or the model has changed. */
  readonly set: string
  readonly model: string
  readonly modelName: string
  readonly datasets: readonly {
    readonly id: string
    readonly name: string
    readonly first: number
    readonly count: number
    /** Of the images that the points stand for. */
    readonly revision: string
  }[]
  readonly input: InputShape
  readonly count: number
  readonly dimensions: number
  /** Images there are, where not all of them are points. */
  readonly total: number
  /** Codes that are not finite: such points have no place. */
  readonly broken: number
  readonly labelNames: readonly string[]
  /** Of each point, into `labelNames`; −1 without one. */
  readonly labels: Int32Array
  /** Mean squared error of each image's reconstruction, 0..1. */
  readonly errors: Float32Array
  /** Mean of each image's pixels, 0..1. */
  readonly brightness: Float32Array
  readonly statistics: CodeStatistics
  /** That it takes in memory. */
  readonly bytes: number
}

export interface ProjectedCodes {
  /** count × components; NaN for a code that is not finite, and for one outside the sample. */
  readonly points: Float32Array
  readonly components: 1 | 2 | 3
  /** Share of the variance along every principal axis; null for other projections. */
  readonly explained: Float32Array | null
  /**
   * Trustworthiness with 15 neighbours on a sample: 1 where neighbours on the map are neighbours in the code, 0.5 by
   * chance.
   */
  readonly trustworthiness: number | null
}

export interface ClusteredCodes {
  /** Of each point, the largest cluster first; −1 for none. */
  readonly clusters: Int32Array
  readonly sizes: readonly number[]
  /** The most typical points of each. */
  readonly typical: readonly Int32Array[]
  /** With the labels, over points that have both; null without labels. */
  readonly agreement: { readonly ari: number; readonly nmi: number } | null
}

/** One point in words. */
export interface PointDetail {
  readonly point: number
  readonly dataset: string
  readonly row: number
  readonly path: string
  readonly label: string | null
  /** Of the original image. */
  readonly width: number
  readonly height: number
  readonly modifiedMs: number | null
}

export interface NearestPoints {
  readonly points: Int32Array
  readonly distances: Float32Array
}

/** What the decoder draws at a place of the map. */
export interface DecodedPlace {
  readonly code: Float32Array
  readonly image: PixelBlock
  /**
   * `exact`: the map can be read backwards; numbers that it does not show are those of the mean.
   * `neighbors`: the code is the mean of the nearest points', by distance.
   */
  readonly how: 'exact' | 'neighbors'
  readonly neighbors: Int32Array
}

/** An image from outside, put on the map. */
export interface LocatedImage {
  /** As many numbers as the map has. */
  readonly place: Float32Array
  readonly code: Float32Array
  readonly original: PixelBlock
  readonly reconstruction: PixelBlock
  /** Mean squared error. */
  readonly error: number
  readonly nearest: NearestPoints
}

export interface LabelAccuracy {
  /** Share of images whose label most of their nearest neighbours have. */
  readonly accuracy: number
  /** What always naming the most frequent label would get. */
  readonly chance: number
  readonly k: number
  readonly looked: number
}

export const latentFormats = ['csv', 'npy', 'parquet', 'projector'] as const
export type LatentFormat = (typeof latentFormats)[number]
