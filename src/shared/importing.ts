import { z } from 'zod'
import { activationSchema, inputShapeSchema } from './modelSpec'

/** What numbers of an image a network takes and gives; Hourglass's own are 0..1. */
export const valueRanges = ['0..1', '0..255', '-1..1'] as const
export type ValueRange = (typeof valueRanges)[number]

/** What the file of a model may not say itself; null leaves it to the file, or to a guess that is told. */
export const importHintsSchema = z.strictObject({
  /** Of the images, for models that take them as rows of numbers. */
  input: inputShapeSchema.nullable(),
  /** Of the hidden layers and of the output, for files of weights alone. */
  hidden: activationSchema.nullable(),
  /** Of the code, for the same files; that of the hidden layers if those are said, else none. */
  code: activationSchema.nullable().default(null),
  output: activationSchema.nullable(),
  /** Of the values of images. */
  range: z.enum(valueRanges).nullable(),
  /** Of several ways to read a file the one that is tried, 0 being the usual. */
  arrangement: z.number().int().min(0).max(10_000).optional(),
})
export type ImportHints = z.infer<typeof importHintsSchema>

export const noHints: ImportHints = { input: null, hidden: null, code: null, output: null, range: null }
