import { basename, extname } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { type RatingPreset, ratingPresets, type RatingsInfo } from '../../../shared/ratings'
import { appVersion } from '../../store/builtFiles'
import { hasCheckpoint } from '../../features/ratings/ratingsCheckpoint'
import { resumeRatings, trainOnRatings, type TrainRatingsOptions } from '../../features/ratings/trainRatings'
import type { TrainRatingsEvent } from '../../features/ratings/tasks/ratingsTasks'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { counted, formatAmount, formatDuration, were } from '../format'
import { outFolder, register } from '../library'
import { taskSequence } from '../taskSequence'
import type { TrainFlags } from '../trainOptions'
import { budgetMsOf } from '../budgetTime'
import { describeImport } from './ratingsImport'

/** Without a time that was asked for: many ratings need more than few, and nobody waits longer by surprise. */
const usualBudgetMs = 240_000

/** What of the settings for images means nothing for ratings and tables. */
export const imageFlags = {
  spec: '--spec',
  from: '--from',
  copyEvery: '--copy-every',
  init: '--init',
  optimizer: '--optimizer',
  schedule: '--schedule',
  clip: '--clip',
  noise: '--noise',
  patience: '--patience',
  size: '--size',
  filters: '--filters',
  depth: '--depth',
  patches: '--patches',
  average: '--average',
  color: '--color',
  pretrain: '--pretrain',
} as const satisfies Partial<Record<keyof TrainFlags, string>>

/** `hourglass train` where it is given ratings. */
export async function trainRatings(
  source: string,
  flags: TrainFlags,
  context: CommandContext,
): Promise<void> {
  checkFlags(flags)
  const {
    seed = 1,
    val = 0.1,
    split = 'random',
    epochs,
    batch,
    lr,
    runtime,
    device,
    overwrite = false,
  } = flags
  const run = await outFolder('tables', flags.out, basename(source, extname(source)))
  await training(run, context, (observed) =>
    trainOnRatings(
      {
        source,
        run,
        overwrite,
        seed,
        split,
        epochs,
        batch,
        runtime,
        device,
        preset: presetOf(flags),
        tying: flags.tying ?? 'tied',
        learningRate: lr,
        heldShare: val,
        refeeding: flags.refeeding,
        budgetMs: budgetMsOf(flags.budget) ?? usualBudgetMs,
        versions: versions(),
      },
      observed,
    ),
  )
}

const versions = () => ({ hourglass: appVersion(), node: process.versions.node })

/** Of the settings, what a training that is resumed has already. */
const keptFlags = {
  ...imageFlags,
  preset: '--preset',
  tying: '--tying',
  epochs: '--epochs',
  batch: '--batch',
  lr: '--lr',
  seed: '--seed',
  val: '--val',
  split: '--split',
  refeeding: '--refeeding',
  as: '--as',
  leaveOut: '--leave-out',
  scaling: '--scaling',
  code: '--code',
  overwrite: '--overwrite',
} as const satisfies Partial<Record<keyof TrainFlags, string>>

/** `hourglass train --resume` where the run is one on ratings. */
export async function resumeTraining(run: string, flags: TrainFlags, context: CommandContext): Promise<void> {
  for (const [name, flag] of Object.entries(keptFlags))
    if (flags[name as keyof typeof keptFlags] !== undefined)
      throw new ExpectedError(
        'bad-usage',
        `A training that is resumed keeps its settings. Leave ${flag} out; --budget gives it more time.`,
      )
  const { runtime, device, budget } = flags
  const request = { run, runtime, device, budgetMs: budgetMsOf(budget), versions: versions() }
  await training(run, context, (observed) => resumeRatings(request, observed))
}

async function training(
  run: string,
  context: CommandContext,
  train: (options: TrainRatingsOptions) => Promise<RatingsInfo>,
): Promise<void> {
  const client = createComputeClient()
  const reporter = ratingsReporter(context)
  try {
    const info = await train({ client, signal: context.signal, ...reporter.observe })
    reporter.end()
    report(context, run, info)
    await register('tables', run, context)
  } catch (error) {
    // What was stopped can be resumed in the window too.
    if (hasCheckpoint(run)) await register('tables', run, context)
    throw error
  } finally {
    reporter.end()
    await client.dispose()
  }
}

function checkFlags(flags: TrainFlags): void {
  if (flags.leaveOut || flags.scaling || flags.code !== undefined)
    throw new ExpectedError(
      'bad-usage',
      '--leave-out, --scaling and --code are about tables of numbers, and these are ratings. Leave them out.',
    )
  for (const [name, flag] of Object.entries(imageFlags))
    if (flags[name as keyof typeof imageFlags] !== undefined)
      throw new ExpectedError('bad-usage', `${flag} is about images, and these are ratings. Leave it out.`)
  if (flags.tying === 'copied' || flags.tying === 'pseudo-inverse')
    throw new ExpectedError(
      'bad-usage',
      'Recommenders are tied or untied. Choose --tying tied or --tying untied.',
    )
}

function presetOf({ preset = 'ratings' }: TrainFlags): RatingPreset {
  const known = ratingPresets.find((name) => name === preset)
  if (known) return known
  throw new ExpectedError(
    'bad-usage',
    `The preset ${preset} is for images, and these are ratings. Choose one of: ${ratingPresets.join(', ')}.`,
  )
}

function ratingsReporter(context: CommandContext) {
  const { output, progress } = context
  const tasks = taskSequence(context)
  const onEvent = (event: TrainRatingsEvent) => {
    if (event.type === 'started') {
      const { runtime, device, version, members } = event
      const values = members.reduce((sum, { parameters }) => sum + parameters, 0)
      const sides = members.map(({ side }) => side).join(' and of ')
      tasks.end()
      progress.note(
        `Training autoencoders of ${sides}, ${formatAmount(values)} parameters, on ${device} with ${runtime} ${version}.`,
      )
      output.record({ ...event, type: 'start' })
    } else if (event.type === 'baselines') {
      output.record({ ...event })
    } else {
      const { side, stage, epoch, epochs, valuesPerSecond } = event
      const label = stage === 'measuring' ? `Measuring, ${side}` : `Learning from all, ${side}`
      tasks.show(label, 'epochs', epoch, epochs, `${formatAmount(Math.round(valuesPerSecond))} ratings/s`)
      output.record({ ...event, type: 'epoch' })
    }
  }
  return {
    end: () => tasks.end(),
    observe: {
      onEvent,
      onImport: (done: number, total: number) => tasks.show('Reading', 'bytes', done, total),
      onImported: (info: RatingsInfo) => {
        tasks.end()
        describeImport(info).forEach((line) => output.line(line))
      },
    },
  }
}

function report({ output }: CommandContext, run: string, info: RatingsInfo): void {
  const { measured, members, valuesPerSecond, elapsedMs, onAll } = info.model!
  if (measured) {
    const { baselines, rmse, mae, held, ranking } = measured
    output.line(`On ${counted(held, 'rating')} that ${were(held)} held back:`)
    output.line('                        RMSE    MAE')
    const row = (name: string, figures: { rmse: number; mae: number }) =>
      output.line(`  ${name.padEnd(22)}${figures.rmse.toFixed(4)}  ${figures.mae.toFixed(4)}`)
    row('the mean', baselines.mean)
    row('user + item bias', baselines.bias)
    row('matrix factorisation', baselines.factorization)
    if (baselines.isCut)
      output.line('  The factorisation was cut short by the time: more of it would be better.')
    row('autoencoder', { rmse, mae })
    if (ranking)
      output.line(
        `Lists of ten: NDCG ${ranking.ndcg.toFixed(3)}, recall ${ranking.recall.toFixed(3)}, of ${ranking.users} users.`,
      )
    if (onAll) output.line('The model that was kept has learned from those too afterwards.')
  }
  const rate = `${formatAmount(Math.round(valuesPerSecond))} ratings/s`
  output.line(`Trained in ${formatDuration(elapsedMs)}, ${rate}. The model is in ${run}.`)
  output.record({
    type: 'done',
    run,
    kind: 'ratings',
    users: info.users,
    items: info.items,
    ratings: info.ratings,
    ...measured,
    members,
    onAll,
    valuesPerSecond,
    elapsedMs,
  })
}
