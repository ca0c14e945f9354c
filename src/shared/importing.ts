import { z } from 'zod'
import { activations, inputShapeSchema } from './modelSpec'

/** What numbers of an image a network takes and gives; Hourglass's own are 0..1. */
export const valueRanges = ['0..1', '0..255', '-1..1'] as const
export type ValueRange = (typeof valueRanges)[number]

/** Of Hourglass's own layers, and others that networks of other programs have. */
export const foreignActivations = [...activations, 'gelu', 'silu', 'mish', 'leaky-relu-0.01'] as const
export type ForeignActivation = (typeof foreignActivations)[number]
const foreignActivationSchema = z.enum(foreignActivations)

/** What the file of a model may not say itself; null leaves it to the file, or to a guess that is told. */
export const importHintsSchema = z.strictObject({
  /** Of the images, for models that take them as rows of numbers. */
  input: inputShapeSchema.nullable(),
  /** Of the hidden layers and of the output, for files of weights alone. */
  hidden: foreignActivationSchema.nullable(),
  /** Of the code, for the same files; that of the hidden layers if those are said, else none. */
  code: foreignActivationSchema.nullable().default(null),
  output: foreignActivationSchema.nullable(),
  /** Of the values of images. */
  range: z.enum(valueRanges).nullable(),
  /** Of several ways to read a file the one that is tried, 0 being the usual. */
  arrangement: z.number().int().min(0).max(10_000).optional(),
})
export type ImportHints = z.infer<typeof importHintsSchema>

export const noHints: ImportHints = { input: null, hidden: null, code: null, output: null, range: null }
