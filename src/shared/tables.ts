import { z } from 'zod'
import { layerSchema, tyingSchema } from './modelSpec'
import { runtimeNameSchema } from './trainingConfig'

/** How numbers of a column are brought to one size: by mean and standard deviation, or by median and quartiles. */
export const tableScalings = ['auto', 'standard', 'robust'] as const
export type TableScaling = (typeof tableScalings)[number]

/** What a file of rows and columns can be taken for. */
export const tableKinds = ['table', 'ratings'] as const
export type TableKind = (typeof tableKinds)[number]

export const tableColumnSchema = z.object({
  name: z.string(),
  /** Of the column in its file, from 0. */
  place: z.number().int().min(0),
  kind: z.enum(['number', 'whole', 'category']),
  missing: z.number().int().min(0),
  /** Cells with something that is no number, which count as missing. */
  unreadable: z.number().int().min(0),
  scaling: z.enum(['standard', 'robust']),
  /** What is taken off before the network, and what is divided by then; of a category the shares of its values, and one scale. */
  center: z.number(),
  scale: z.number(),
  mean: z.number(),
  deviation: z.number(),
  min: z.number(),
  max: z.number(),
  /** Digits after the decimal mark. */
  decimals: z.number().int().min(0),
  /** Whether numbers are written as 1.5e-7. */
  exponents: z.boolean(),
  /** What is written before and after its numbers, such as $ and %, with the space between. */
  unit: z.object({ before: z.string(), after: z.string() }).optional(),
  /** A number that stands for a missing one, such as -999. */
  missingCode: z.number().optional(),
  /** What the column can say, the most frequent first, with the share of each; empty for numbers. */
  values: z.array(z.object({ name: z.string(), share: z.number() })),
})
export type TableColumn = z.infer<typeof tableColumnSchema>

/** Why a column is not used. */
export const leftOutReasons = ['index', 'constant', 'empty', 'text', 'date', 'asked'] as const
export const leftOutSchema = z.object({
  name: z.string(),
  place: z.number().int().min(0),
  reason: z.enum(leftOutReasons),
  /** Different values that it has. */
  distinct: z.number().int(),
})
export type LeftOutColumn = z.infer<typeof leftOutSchema>

/** How the cells of a text file are written. */
export const dialectSchema = z.object({
  /** One character; a space stands for any run of spaces and tabs. */
  delimiter: z.string().length(1),
  decimal: z.enum(['.', ',']),
  /** Whether groups of three digits are set apart, by the mark that is not the decimal one. */
  grouped: z.boolean(),
  header: z.boolean(),
  quoted: z.boolean(),
})
export type Dialect = z.infer<typeof dialectSchema>

export const tableSourceSchema = z.object({
  file: z.string(),
  format: z.enum(['text', 'parquet', 'npy']),
  /** Of text files alone. */
  dialect: dialectSchema.nullable(),
  /** Columns of the file, with those that are left out. */
  width: z.number().int().min(1),
  /** Whether a first line, or the file itself, names the columns. */
  named: z.boolean(),
  /** Lines that are no rows: titles above the table, notes below it. */
  notes: z.number().int().optional(),
  /** Rows at the end that sum up the others, and are left out: what they are called. */
  summaries: z.array(z.string()).optional(),
  /** Of text files: how they say their signs. */
  encoding: z.enum(['utf-8', 'utf-16', 'windows-1252']).optional(),
  headerLines: z.number().int().optional(),
  /** Rows that lack cells at their end, which count as missing. */
  shortRows: z.number().int().optional(),
  /** Rows that end in empty cells more than there are columns. */
  paddedRows: z.number().int().optional(),
  /** Rows that hold more cells than there are columns, and are left out, with the line of the first. */
  longRows: z.number().int().optional(),
  firstLongLine: z.number().int().optional(),
})
export type TableSource = z.infer<typeof tableSourceSchema>

const errorFigures = { rmse: z.number(), mae: z.number() }
export const tableErrorsSchema = z.object(errorFigures)
export type TableErrors = z.infer<typeof tableErrorsSchema>

/** Errors in units of each column's standard deviation, all known cells together. */
export const tableMeasuredSchema = z.object({
  /** Of rows that were given whole. */
  reconstruction: tableErrorsSchema,
  /** Of cells that were hidden and had to be told from the others of their row. */
  hidden: tableErrorsSchema,
})

export const tableModelSchema = z.object({
  encoder: z.array(layerSchema).min(1),
  tying: tyingSchema,
  seed: z.number().int(),
  /** Numbers of a row as the network gets it: a category has one for each of its values. */
  inputs: z.number().int().min(1),
  codeSize: z.number().int().min(1),
  /** How often the network fills in what is missing before its last word. */
  rounds: z.number().int().min(1),
  epochs: z.number().int(),
  parameters: z.number().int(),
  runtime: runtimeNameSchema,
  device: z.string(),
  versions: z.record(z.string(), z.string()),
  trainedAt: z.string(),
  elapsedMs: z.number(),
  rowsPerSecond: z.number(),
  validationRows: z.number().int(),
  /** On the rows of the validation, before the model learned from those too; null where none were held back. */
  measured: z
    .object({ model: tableMeasuredSchema, pca: tableMeasuredSchema, mean: tableMeasuredSchema })
    .nullable(),
  /** Of each column, what its reconstruction is usually off by, in the network's units. */
  usual: z.array(z.number()),
  /** Scores of the rows that it was trained on, from the lowest to the highest, at most 1001 of them evenly spread. */
  scores: z.array(z.number()),
})
export type TableModel = z.infer<typeof tableModelSchema>

/** table.json: rows of numbers, and the autoencoder that was trained on them, once it was. */
export const tableInfoSchema = z.object({
  version: z.literal(1),
  kind: z.literal('table'),
  name: z.string(),
  createdAt: z.string(),
  source: tableSourceSchema,
  rows: z.number().int().min(1),
  /** Missing cells of the columns that are used. */
  missing: z.number().int(),
  columns: z.array(tableColumnSchema).min(1),
  leftOut: z.array(leftOutSchema),
  model: tableModelSchema.nullable(),
})
export type TableInfo = z.infer<typeof tableInfoSchema>

/** Numbers that a column gives the network. */
export const inputsOf = ({ kind, values }: Pick<TableColumn, 'kind' | 'values'>): number =>
  kind === 'category' ? values.length : 1
