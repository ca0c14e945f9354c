import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { variationSchema } from '../../../shared/experiment'
import { modelSpecSchema } from '../../../shared/modelSpec'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { parseRecord } from '../../store/parseRecord'
import { slugOf } from '../../base/library'

/** experiment.json: what is compared, as it was settled when it began. */
export const setupSchema = z.object({
  version: z.literal(1),
  title: z.string(),
  createdAt: z.string(),
  /** Path of the dataset's folder, and its revision: with another one the images are others. */
  dataset: z.string(),
  datasetRevision: z.string(),
  vary: variationSchema,
  seeds: z.array(z.number().int()),
  budgetMs: z.number().nullable(),
  epochs: z.number().int().min(1),
  variants: z.array(
    z.object({
      variant: z.string(),
      spec: modelSpecSchema,
      config: trainingConfigSchema,
      preset: z.string().nullable(),
      notes: z.array(z.string()),
    }),
  ),
  /** What was asked for, to tell whether the same is asked for again. */
  asked: z.string(),
  /** Time that it has taken so far. */
  spentMs: z.number(),
})
export type ExperimentSetup = z.infer<typeof setupSchema>

/** Files of an experiment's folder. */
export const experimentFiles = {
  setup: (folder: string) => join(folder, 'experiment.json'),
  results: (folder: string) => join(folder, 'results.json'),
  csv: (folder: string) => join(folder, 'results.csv'),
  page: (folder: string) => join(folder, 'report.html'),
  dataset: (folder: string) => join(folder, 'dataset'),
  trial: (folder: string) => join(folder, 'trial'),
  run: (folder: string, variant: string, seed: number) =>
    join(folder, 'runs', `${slugOf(variant.replace('+', '-then-'), 'variant')}-seed-${seed}`),
} as const

/** Null where there is none yet. @throws ExpectedError for a folder that holds anything else */
export async function readSetup(folder: string): Promise<ExperimentSetup | null> {
  const path = experimentFiles.setup(folder)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(fileErrorCode(error) ?? '')) return null
    throw explainFileError(error, path)
  })
  if (text !== null) return parseRecord(setupSchema, text, path, sentence('store.otherExperimentFolder'))
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  })
  // What was imported for an experiment that was then stopped is taken over.
  if (names.some((name) => !['dataset', 'trial'].includes(name)))
    throw new ExpectedError('bad-input', sentence('experiments.folderHoldsOther', { folder }))
  return null
}

export async function writeSetup(folder: string, setup: ExperimentSetup): Promise<void> {
  if (!existsSync(folder)) await makeFolder(folder)
  await writeFileAtomic(experimentFiles.setup(folder), `${JSON.stringify(setup, null, 2)}\n`)
}
