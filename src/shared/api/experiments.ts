import { z } from 'zod'
import { command } from './command'
import { type ExperimentResults, variationSchema } from '../experiment'
import { modelSpecSchema } from '../modelSpec'
import { trainingConfigSchema } from '../trainingConfig'
import { idSchema, type PixelBlock, type RunState } from './library'
import { placeSchema } from './places'
import { languages } from '../texts'

const experimentId = z.uuid('An experiment is named by its id.')

export const experimentCommands = {
  /** Puts a run for each variant and seed into the queue, and divides the time over them. */
  'experiments.start': command(
    z.strictObject({
      dataset: idSchema,
      vary: variationSchema,
      seeds: z.number().int().min(1).max(10),
      budgetMs: z
        .number()
        .min(10_000)
        .max(7 * 24 * 3_600_000),
      /** What is varied; without one a preset that suits small images. */
      base: z
        .strictObject({
          spec: modelSpecSchema,
          config: trainingConfigSchema,
          preset: z.string().max(80).nullable(),
        })
        .optional(),
      /** Of the names of its runs. */
      language: z.enum(languages).default('en'),
    }),
  ).gives<{ readonly id: string }>(),
  /** What its runs have come to so far. */
  'experiments.get': command(z.strictObject({ id: experimentId })).gives<ExperimentView>(),
  /** As a page and as a table, in a folder. Gives the names of the files. */
  'experiments.save': command(
    z.strictObject({
      id: experimentId,
      folder: placeSchema,
      language: z.enum(languages).default('en'),
    }),
  ).gives<{ readonly names: readonly string[] }>(),
} as const

/** What a variant makes of the images that are shown, and what its first layer looks for. */
export interface ShownVariant {
  readonly variant: string
  readonly reconstructions: PixelBlock
  readonly filters: PixelBlock | null
}

export interface ExperimentView {
  readonly results: ExperimentResults
  readonly runs: readonly {
    readonly id: string
    readonly variant: string
    readonly seed: number
    readonly state: RunState | 'damaged'
    readonly error: string | null
  }[]
  readonly originals: PixelBlock | null
  readonly shown: readonly ShownVariant[]
}
