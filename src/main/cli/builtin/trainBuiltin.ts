import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { preprocessingSchema } from '../../../shared/dataset'
import { findPreset } from '../../engine/models/presets'
import { openModel } from '../../store/modelStore'
import { readRunInfo, runFiles } from '../../store/runStore'
import type { ComputeTarget } from '../../worker/protocol'
import { type NewRun, resumeRun, trainNewRun, type TrainOptions } from '../../features/training/trainRun'
import { builtinCard } from './builtinCard'
import { writeTrained } from './writeTrained'

/**
 * How the built-in denoisers are trained: an FFDNet-like network (Zhang, Zuo, Zhang 2018) on flipped and turned patches with
 * noise of any strength up to sigma 55, absolute error, Adam at 1e-3 until 0.7 of the steps and then down a cosine, weights
 * averaged. Width and depth are the most that leave it ten times as fast as DnCNN.
 */
const recipe = {
  model: { preset: 'denoise-conv', filters: 48, depth: 10, seed: 1 },
  config: { epochs: 175, seed: 1, validationSplit: 0.05, clippedShare: 0 },
  /** Then with squared errors, which are what is measured in the end, one after the other. */
  refining: [
    { name: 'refined', epochs: 110, learningRate: 0.001, seed: 2, clippedShare: 0 },
    { name: 'refined-2', epochs: 60, learningRate: 0.0007, seed: 3, clippedShare: 0 },
    // Last, half of the noise as files hold it: see clippedNoise.ts.
    { name: 'clipped', epochs: 40, learningRate: 0.0006, seed: 4, clippedShare: 0.5 },
  ],
  /** The photographs of the DnCNN papers come in this size. */
  side: 180,
} as const

export interface BuiltinTraining extends ComputeTarget {
  /** Folder of photographs. */
  readonly photographs: string
  /** For the run, which goes on where it was stopped. */
  readonly work: string
  /** Folder that gets a folder for each model. */
  readonly out: string
}

/**
 * Trains the built-in models, or goes on with it, and writes them: `grey`, and `color`, which is the same network for
 * pictures in colour, taken apart into brightness and two differences of colours.
 *
 * @throws ExpectedError, and CancelledError when stopped, after saving the run
 */
export async function trainBuiltin(request: BuiltinTraining, options: TrainOptions): Promise<void> {
  const { model, config, refining } = recipe
  let from = resolve(request.work, 'grey')
  const { side } = recipe
  const preprocessing = preprocessingSchema.parse({ width: side, height: side, color: 'grey' })
  const dataset = { source: request.photographs, preprocessing }
  await trainOrGoOn(from, { model, config }, dataset, request, options)
  for (const { name, epochs, learningRate, seed, clippedShare } of refining) {
    const { files } = await openModel(from)
    const stage = {
      model: { spec: { ...files.spec, loss: 'mse' } },
      config: { ...usual, epochs, optimizer: { learningRate }, seed, clippedShare },
      from,
    } as const
    const run = resolve(request.work, name)
    await trainOrGoOn(run, stage, dataset, request, options)
    from = run
  }
  for (const name of ['grey', 'color'] as const) await writeBuiltin(name, from, request)
}

/** Patches, noise and averages as of the first stage, down a cosine. */
const usual = {
  ...findPreset(recipe.model.preset).training,
  schedule: { name: 'cosine' },
  validationSplit: 0.05,
} as const

/** Trains a stage, or resumes it where it was stopped; a stage that is done stays as it is. */
export async function trainOrGoOn(
  run: string,
  stage: Pick<NewRun, 'model' | 'config' | 'from'>,
  dataset: NewRun['dataset'],
  { runtime, device }: ComputeTarget,
  options: TrainOptions,
): Promise<void> {
  if (existsSync(runFiles.info(run))) {
    if ((await readRunInfo(run)).state !== 'done') await resumeRun({ run, runtime, device }, options)
    return
  }
  await trainNewRun({ ...stage, run, runtime, device, dataset, overwrite: false }, options)
}

async function writeBuiltin(
  name: 'grey' | 'color',
  run: string,
  { photographs, out }: BuiltinTraining,
): Promise<void> {
  const epochs = { absolute: recipe.config.epochs, squared: recipe.refining.map((stage) => stage.epochs) }
  const colors = name === 'color' ? ({ colors: 'decorrelated' } as const) : {}
  const made = { name, run, out, photographs: basename(photographs), ...colors }
  await writeTrained(made, (info) => builtinCard(epochs, name, info))
}
