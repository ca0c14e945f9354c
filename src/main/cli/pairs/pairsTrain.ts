import { basename, resolve } from 'node:path'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { inBackground } from '../../../shared/inBackground'
import { defaultBudget } from '../../../shared/plan'
import { pairsNoise } from '../../../shared/noise'
import { findPairedImages, type PairedFolders } from '../../features/datasets/pairedFolders'
import { planPairs, type PairsPlan } from '../../features/training/planPairs'
import type { ConfigChoice } from '../../features/training/runPlan'
import { trainNewRun, type TrainOptions, type TrainSummary } from '../../features/training/trainRun'
import type { TrainEvent } from '../../features/training/tasks/trainingTasks'
import type { CommandContext } from '../context'
import { nameRun, outFolder, register } from '../library'
import { budgetMsOf } from '../budgetTime'
import { configOf, withoutUndefined } from '../trainConfig'
import type { TrainFlags } from '../trainOptions'

/** Pictures without a partner that are named. */
const shownSkipped = 10

/** Whether a training is on damaged and clean pictures of the same names. */
export const isOfPairs = ({ inputFolder, targetFolder }: TrainFlags): boolean =>
  inputFolder !== undefined || targetFolder !== undefined

/**
 * `hourglass train --input-folder DAMAGED --target-folder CLEAN`: what is trained has the damaged pictures as its input and the
 * clean ones as its target. @throws ExpectedError
 */
export async function beginPairs(
  source: string | undefined,
  flags: TrainFlags,
  options: TrainOptions,
  context: CommandContext,
): Promise<TrainSummary> {
  const folders = checkedFolders(source, flags)
  const found = await findPairedImages(folders.input, folders.target, context.signal)
  tellSkipped(found.skipped, context)
  const { budget = defaultBudget, preset, from, runtime, device, overwrite = false } = flags
  const { tying, copyEvery, init: initializer, seed } = flags
  const plan = await planPairs(found, {
    preset,
    from,
    specFile: flags.spec,
    filters: flags.filters,
    depth: flags.depth,
    color: flags.color,
    budgetMs: budgetMsOf(budget)!,
    endsAtBest: budget === 'auto',
  })
  context.output.line(describe(found, plan))
  const run = await outFolder('runs', flags.out, `${basename(resolve(folders.target))}-pairs`)
  const dataset = { source: found.targets, preprocessing: plan.preprocessing, pairs: found }
  const onEvent = (event: TrainEvent) => {
    if (event.type === 'started')
      inBackground(
        flags.out === undefined ? nameRun(run, folders.target, context) : register('runs', run, context),
      )
    options.onEvent?.(event)
  }
  const model = { spec: plan.spec, fromPreset: preset ?? null, tying, copyEvery, initializer, seed }
  return trainNewRun(
    { run, dataset, model, config: configFor(plan, flags), from: plan.from, runtime, device, overwrite },
    { ...options, onEvent },
  )
}

/** @throws ExpectedError `bad-usage` */
function checkedFolders(source: string | undefined, flags: TrainFlags): { input: string; target: string } {
  const { inputFolder: input = source, targetFolder: target, noise, size } = flags
  if (input === undefined || target === undefined)
    throw new ExpectedError(
      'bad-usage',
      'Pairs are two folders: --input-folder with the damaged pictures, and --target-folder with the clean ones of the same names.',
    )
  if (flags.inputFolder !== undefined && source !== undefined)
    throw new ExpectedError(
      'bad-usage',
      `With --input-folder and --target-folder there is nothing else to train on. Leave ${source} out.`,
    )
  if (noise)
    throw new ExpectedError(
      'bad-usage',
      'The pictures in --input-folder are damaged already. Leave --noise out.',
    )
  if (size) throw new ExpectedError('bad-usage', 'Pairs are taken at their own size. Leave --size out.')
  return { input, target }
}

/** The plan, with what was asked for. */
function configFor({ config }: PairsPlan, flags: TrainFlags): ConfigChoice {
  const { budgetMs, epochs, optimizer, patches, ...asked } = withoutUndefined(configOf(flags))
  const perImage = patches?.perImage
  return {
    ...config,
    ...asked,
    noise: pairsNoise,
    optimizer: { ...config.optimizer, ...optimizer },
    // A number of epochs counts for itself, unless a time is given too.
    ...(flags.epochs !== undefined && { epochs, budgetMs: budgetMs ?? null }),
    // Whoever says how many patches an image gives wants epochs of all of them.
    ...(perImage !== undefined && config.patches && { patches: { perImage }, imagesPerEpoch: null }),
  }
}

function tellSkipped(skipped: readonly Skipped[], { progress, output }: CommandContext): void {
  for (const { path, reason } of skipped.slice(0, shownSkipped)) progress.note(`Skipped ${path}: ${reason}`)
  if (skipped.length > shownSkipped) progress.note(`… and ${skipped.length - shownSkipped} more.`)
  if (skipped.length > 0) output.record({ type: 'skipped', skipped })
}

function describe({ pairs }: PairedFolders, { spec, preprocessing, from }: PairsPlan): string {
  const { input } = spec
  const counted = `${pairs.length.toLocaleString('en')} ${pairs.length === 1 ? 'pair' : 'pairs'} of pictures`
  const color = input.channels === 3 ? 'in colour' : 'in grey'
  const cut = preprocessing.patches
    ? `, cut into squares of ${preprocessing.width} × ${preprocessing.height}`
    : ''
  const begins = from === undefined ? '' : ', begun with the weights of another model'
  return `${counted} ${color}${cut}: a network on ${input.width}×${input.height}${begins}.`
}
