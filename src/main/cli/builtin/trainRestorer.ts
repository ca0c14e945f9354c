import { basename, join, resolve } from 'node:path'
import { preprocessingSchema } from '../../../shared/dataset'
import { parseNoise } from '../../../shared/noise'
import type { TrainOptions } from '../../features/training/trainRun'
import { builtinModelsFolder } from '../../store/builtFiles'
import { openModel } from '../../store/modelStore'
import { restorerCard } from './restorerCard'
import { type BuiltinTraining, trainOrGoOn } from './trainBuiltin'
import { writeTrained } from './writeTrained'

export const restorerNames = ['jpeg'] as const
export type RestorerName = (typeof restorerNames)[number]

export const isRestorerName = (name: string): name is RestorerName =>
  (restorerNames as readonly string[]).includes(name)

/**
 * The networks for `hourglass restore` beside the denoisers: each begins as builtin:grey and is trained on with squared errors, Adam, a rate that
 * falls down a cosine, averaged weights, on flipped and turned patches of grey photographs.
 */
const recipes: Record<RestorerName, { noise: string; learningRate: number; minutes: number; seed: number }> =
  {
    jpeg: { noise: 'jpeg:5-95', learningRate: 0.0008, minutes: 14, seed: 21 },
  }

const side = 180

export interface RestorerTraining extends BuiltinTraining {
  /** How long it is trained; 0 to write what a run that was stopped has learned. */
  readonly minutes?: number
}

/** Trains a restorer, or goes on with it, and writes it. @throws ExpectedError, and CancelledError when stopped */
export async function trainRestorer(
  name: RestorerName,
  request: RestorerTraining,
  options: TrainOptions,
): Promise<void> {
  const { learningRate, seed, ...recipe } = recipes[name]
  const { work, photographs, minutes = recipe.minutes } = request
  const from = join(builtinModelsFolder(), 'grey')
  const { files } = await openModel(from)
  const run = resolve(work, name)
  const stage = {
    model: { spec: { ...files.spec, loss: 'mse' } },
    config: {
      budgetMs: minutes * 60_000,
      batchSize: 16,
      optimizer: { learningRate },
      schedule: { name: 'cosine', warmup: 0.02, hold: 0.3 },
      noise: parseNoise(recipe.noise),
      // Short epochs, so that the time that is left is used up well.
      patches: { perImage: 2 },
      averageDecay: 0.998,
      validationSplit: 0.05,
      seed,
    },
    from,
  } as const
  const preprocessing = preprocessingSchema.parse({ width: side, height: side, color: 'grey' })
  if (minutes > 0) await trainOrGoOn(run, stage, { source: photographs, preprocessing }, request, options)
  const made = { name, run, out: request.out, photographs: basename(photographs) }
  await writeTrained(made, (info) => restorerCard(name, info))
}
