import { z } from 'zod'
import { command } from './command'
import { tableKinds, type LeftOutColumn, type TableColumn, type TableKind } from '../tables'
import type { Listing } from './events'
import type { Begun } from './latent'
import { idSchema } from './library'
import { placeSchema } from './places'

const byId = z.strictObject({ id: idSchema })
const name = z.string().trim().min(1, 'Give it a name.').max(120)
const itemName = z.string().min(1).max(400)

/** Tables of numbers, ratings, and what was trained on them. */
export const tableCommands = {
  'tables.list': command(z.strictObject({})).gives<Listing<TableSummary>>(),
  /** A file of rows and columns, or a folder with one such file. */
  'tables.import': command(z.strictObject({ place: placeSchema, as: z.enum(tableKinds).optional() })).gives<{
    readonly id: string
  }>(),
  'tables.get': command(byId).gives<TableDetail>(),
  /** Trains on it, as long as it may take. Gives a job. */
  'tables.train': command(
    z.strictObject({
      id: idSchema,
      budgetMs: z
        .number()
        .min(1000)
        .max(24 * 3_600_000),
      /** Goes on with a training on ratings that was stopped, in the time that it was given. */
      resume: z.boolean().default(false),
    }),
  ).gives<Begun>(),
  /** Users or items whose names hold a text. */
  'tables.find': command(
    z.strictObject({
      id: idSchema,
      side: z.enum(['users', 'items']),
      text: z.string().max(200),
      most: z.number().int().min(1).max(200).default(50),
    }),
  ).gives<readonly NamedRow[]>(),
  /** What people call the items: a file with an item and its title on each line. */
  'tables.titles': command(z.strictObject({ id: idSchema, place: placeSchema })).gives<{
    readonly found: number
  }>(),
  /** Items or users as points, by their codes. */
  'tables.map': command(
    z.strictObject({ id: idSchema, side: z.enum(['users', 'items']) }),
  ).gives<RatingsMap>(),
  /** What somebody would rate highest: a user, or somebody new by ratings of their own. */
  'tables.recommend': command(
    z.strictObject({
      id: idSchema,
      whom: z.union([
        z.strictObject({ user: itemName }),
        z.strictObject({
          rated: z
            .array(z.strictObject({ item: itemName, rating: z.number() }))
            .min(1)
            .max(1000),
        }),
      ]),
      top: z.number().int().min(1).max(200).default(20),
    }),
  ).gives<{ readonly rated: number; readonly list: readonly RecommendedItem[] }>(),
  /** Rows by how badly they are reconstructed: those of the training, or of another file. */
  'tables.odd': command(z.strictObject({ id: idSchema, place: placeSchema.nullable() })).gives<{
    readonly count: number
    readonly odd: number
    readonly threshold: number
    /** The worst ones. */
    readonly rows: readonly OddRow[]
  }>(),
  /** A file with its gaps filled in, into a folder, under a name that is free. */
  'tables.fill': command(z.strictObject({ id: idSchema, place: placeSchema, folder: placeSchema })).gives<{
    readonly name: string
    readonly cells: number
  }>(),
  'tables.rename': command(z.strictObject({ id: idSchema, name })).gives<null>(),
  'tables.remove': command(byId).gives<{ readonly undo: string }>(),
} as const

export interface TableSummary {
  readonly id: string
  readonly name: string
  readonly kind: TableKind
  readonly state: 'ready' | 'training' | 'damaged'
  /** The job of its training, while that waits or runs. */
  readonly job: string | null
  /** Why it cannot be read, where it is damaged. */
  readonly problem: string | null
  readonly createdAt: string
  /** Of ratings: items and users. */
  readonly rows: number
  readonly columns: number
  readonly isTrained: boolean
  /** Whether a training was stopped and can be resumed. */
  readonly canResume: boolean
}

/** One point of a curve of the training: the error on what is held back. */
export interface TablePoint {
  /** Such as `linear` or `items`. */
  readonly series: string
  readonly epoch: number
  readonly error: number
}

/** An error with what it is of: `mean`, `pca`, `model`, `bias`, `factorization`. */
export interface TableFigure {
  readonly name: string
  /** Of rows given whole, and of hidden cells; of ratings the second alone. */
  readonly reconstruction: number | null
  readonly hidden: number
}

export interface TableDetail {
  readonly summary: TableSummary
  readonly missing: number
  readonly columnList: readonly Pick<
    TableColumn,
    'name' | 'kind' | 'missing' | 'mean' | 'deviation' | 'min' | 'max' | 'unit' | 'missingCode'
  >[]
  readonly leftOut: readonly LeftOutColumn[]
  /** Rows at its end that sum up the others, by what they are called. */
  readonly summaries: readonly string[]
  /** The first rows, as they are shown. */
  readonly preview: readonly (readonly string[])[]
  readonly ratings: {
    readonly count: number
    readonly low: number
    readonly high: number
    readonly histogram: readonly { readonly value: number; readonly count: number }[]
  } | null
  readonly figures: readonly TableFigure[]
  readonly codeSize: number | null
  readonly elapsedMs: number | null
  /** Ratings that the training went through in a second. */
  readonly ratingsPerSecond: number | null
  readonly curve: readonly TablePoint[]
}

/** A user or an item, as the file calls it, and as people do where that is known. */
export interface NamedRow {
  readonly name: string
  readonly title: string | null
}

export interface RatingsMap {
  readonly side: 'users' | 'items'
  /** Of all of them; those with most ratings are on the map. */
  readonly total: number
  /** Two numbers each. */
  readonly points: Float32Array
  readonly names: readonly string[]
  readonly titles: readonly (string | null)[]
  /** Ratings of each, and their mean. */
  readonly counts: Int32Array
  readonly means: Float32Array
}

export interface RecommendedItem {
  readonly item: string
  readonly title: string | null
  readonly rating: number
  /** Of all users. */
  readonly ratings: number
  /** The nearest items in the space of codes. */
  readonly near: readonly string[]
  readonly nearTitles: readonly (string | null)[]
}

export interface OddRow {
  readonly row: number
  readonly name: string | null
  readonly score: number
  readonly odd: boolean
  readonly cells: readonly {
    readonly column: string
    readonly value: number | string
    readonly expected: number | string
    readonly error: number
  }[]
}

/** Endings of text files of rows and columns, without the dot; MovieLens has u1.base, u1.test and u.item too. */
export const textTableExtensions = 'csv tsv tab txt data dat base test ratings item'.split(' ')
/** Endings of all files of rows and columns. */
export const tableExtensions = [...textTableExtensions, 'parquet', 'pq', 'npy']

export const mayBeTable = (file: string): boolean =>
  tableExtensions.some((extension) => file.toLowerCase().endsWith(`.${extension}`))
