import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { type Tying, tyingModes } from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'
import { type Budget, budgetNames, defaultBudget, type TrainingPlan } from '../../../shared/plan'
import { defaultPreset } from '../../../shared/presets'
import {
  optimizerNames,
  type RuntimeName,
  runtimeNames,
  type ScheduleConfig,
} from '../../../shared/trainingConfig'
import { isDatasetFolder } from '../../services/training/trainingDataset'
import { planForDataset, planForFolder } from '../../services/training/planService'
import { budgetsMs, mostEpochs } from '../../services/training/planTraining'
import { judge } from '../../../shared/verdict'
import { inBackground } from '../../../shared/inBackground'
import { describePlan, findingSentence, verdictSentence } from '../describePlan'
import { type ConfigChoice, presetNames, trainsOnPatches } from '../../services/training/runPlan'
import {
  type ResumedRun,
  resumeRun,
  trainNewRun,
  type TrainOptions,
  type TrainSummary,
} from '../../services/training/trainRun'
import type { TrainEvent } from '../../worker/protocol'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { fromLibrary, nameRun, outFolder, register } from '../library'
import { choice, decimal, examples, imageSize, integer, noise, seed } from '../options'
import { trainingReporter } from '../trainingReporter'

interface TrainFlags {
  out?: string
  preset?: string
  spec?: string
  from?: string
  tying?: Tying
  epochs?: number
  batch?: number
  lr?: number
  optimizer?: (typeof optimizerNames)[number]
  schedule?: ScheduleConfig['name']
  clip?: number
  noise?: NoiseSpec
  seed?: number
  val?: number
  patience?: number
  runtime?: RuntimeName
  device?: string
  size?: { width: number; height: number }
  filters?: number
  depth?: number
  patches?: number
  average?: number
  color?: 'grey' | 'rgb'
  budget?: Budget
  resume?: boolean
  overwrite?: boolean
}

export function registerTrain(program: Command, context: CommandContext): void {
  addOptions(program.command('train'))
    .description('Train an autoencoder on a dataset or a folder of images.')
    .argument('[source]', 'a dataset made by import, or a folder of images')
    .addHelpText(
      'after',
      examples(
        'hourglass train photos',
        'hourglass train photos --budget 10m --out run',
        'hourglass train digits.dataset --out run',
        'hourglass train photos --size 64 --color rgb --out run --noise gaussian:25',
        'hourglass train --out run --resume',
        'hourglass train digits',
      ),
    )
    .action(async (source: string | undefined, flags: TrainFlags) => {
      const client = createComputeClient()
      const reporter = trainingReporter(context)
      const options = { client, signal: context.signal, ...reporter.observe }
      try {
        const summary = flags.resume
          ? await resumeRun(await resumed(source, flags), options)
          : await begin(source, flags, options, context)
        reporter.end()
        report(context, summary)
      } finally {
        reporter.end()
        await client.dispose()
      }
    })
}

function addOptions(command: Command): Command {
  return command
    .option('--out <run>', 'the folder of the run, or its name in the library; in the library if not given')
    .addOption(
      choice(
        '--budget <time>',
        `how long it may take: a minute, ten, an hour, or auto, until it stops getting better (${defaultBudget})`,
        budgetNames,
      ),
    )
    .addOption(
      choice(
        '--preset <name>',
        `what to train (without one: what suits the images; with --epochs or other settings of the training: ${defaultPreset})`,
        presetNames,
      ),
    )
    .option('--spec <file>', 'a model spec as JSON, instead of a preset')
    .option('--from <run|model>', 'go on from the weights of a trained model, instead of a preset')
    .addOption(choice('--tying <mode>', 'how the decoder follows the encoder', tyingModes))
    .option('--epochs <n>', 'times through all images', integer({ min: 1, max: 1_000_000 }))
    .option('--batch <n>', 'images a step', integer({ min: 1, max: 65_536 }))
    .option('--lr <rate>', 'learning rate', decimal({ min: 1e-12, max: 100 }))
    .addOption(choice('--optimizer <name>', 'how weights follow gradients', optimizerNames))
    .addOption(choice('--schedule <name>', 'how the learning rate falls', ['constant', 'cosine', 'plateau']))
    .option('--clip <norm>', 'scale gradients down to this norm', decimal({ min: 0 }))
    .option('--noise <kind:strength>', 'corrupt the input, for example gaussian:25', noise)
    .option('--seed <n>', 'repeats a run exactly', seed)
    .option('--val <share>', 'share of the images kept for validation', decimal({ min: 0, max: 0.9 }))
    .option('--patience <n>', 'stop after so many epochs without a better one', integer({ min: 0 }))
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
    .option('--filters <n>', 'width of a denoise-conv', integer({ min: 1, max: 2048 }))
    .option('--depth <n>', 'convolutions of a denoise-conv', integer({ min: 2, max: 64 }))
    .option(
      '--patches <n>',
      'train on so many random patches of each image an epoch',
      integer({ min: 1, max: 10_000 }),
    )
    .option(
      '--average <decay>',
      'keep a moving average of the weights, for example 0.999',
      decimal({ min: 0, max: 0.99999 }),
    )
    .option(
      '--size <size>',
      'size to import a folder of images at (what suits them; with a preset 28, on patches squares of 128)',
      imageSize,
    )
    .addOption(
      choice(
        '--color <color>',
        'colour to import a folder of images in (what suits them; with a preset grey)',
        ['grey', 'rgb'],
      ),
    )
    .option('--resume', 'go on with the run that --out names')
    .option('--overwrite', 'replace the run in --out')
}

async function resumed(
  source: string | undefined,
  { out, epochs, runtime, device }: TrainFlags,
): Promise<ResumedRun> {
  if (out === undefined)
    throw new ExpectedError('bad-usage', 'Say which run to go on with: hourglass train --out RUN --resume.')
  return { run: await fromLibrary('runs', out), source, epochs, runtime, device }
}

async function begin(
  source: string | undefined,
  flags: TrainFlags,
  options: TrainOptions,
  context: CommandContext,
): Promise<TrainSummary> {
  if (!source) throw new ExpectedError('bad-usage', 'Say what to train on: hourglass train DATASET.')
  const { preset, spec: specFile, tying, seed, from, runtime, device, overwrite = false } = flags
  const { filters, depth } = flags
  const images = await fromLibrary('datasets', source)
  const plan = isPlanned(flags) ? await planOf(images, flags) : null
  if (plan) context.output.line(describePlan(plan))
  const preprocessing = plan?.preprocessing ?? preprocessingOf(flags)
  const dataset = { source: images, preprocessing }
  const run = await outFolder('runs', flags.out, `${basename(resolve(source))}-${preset ?? 'run'}`)
  const request = { run, dataset, from, runtime, device, overwrite }
  const onEvent = (event: TrainEvent) => {
    // From now on there is something to watch.
    if (event.type === 'started')
      inBackground(flags.out === undefined ? nameRun(run, source, context) : register('runs', run, context))
    options.onEvent?.(event)
  }
  return trainNewRun(
    {
      ...request,
      model: {
        preset,
        specFile,
        tying,
        seed,
        filters,
        depth,
        ...(plan && { spec: plan.spec, fromPreset: null }),
      },
      config: plan ? plannedConfig(plan, flags) : configOf(flags),
    },
    { ...options, onEvent },
  )
}

/** Whoever chooses a model, or how long it is trained, has a plan already. */
const isPlanned = ({
  preset,
  spec,
  from,
  epochs,
  filters,
  depth,
  patches,
  batch,
  lr,
  optimizer,
  schedule,
}: TrainFlags) =>
  [preset, spec, from, epochs, filters, depth, patches, batch, lr, optimizer, schedule].every(
    (flag) => flag === undefined,
  )

const preprocessingOf = (flags: TrainFlags) =>
  preprocessingSchema.parse({ ...sizeOf(flags), color: flags.color ?? 'grey' })

async function planOf(source: string, flags: TrainFlags): Promise<TrainingPlan> {
  const { budget = defaultBudget, size, color } = flags
  if (await isDatasetFolder(source)) return planForDataset(source, budget)
  const plan = await planForFolder(source, budget)
  if (!size && !color) return plan
  return planForFolder(source, budget, { ...plan.preprocessing!, ...size, ...(color && { color }) })
}

/** What was asked for beside the plan. */
function plannedConfig(plan: TrainingPlan, flags: TrainFlags): ConfigChoice {
  const asked = withoutUndefined({ ...configOf(flags), optimizer: undefined })
  const { clip = plan.config.optimizer.clipNorm } = flags
  return { ...plan.config, ...asked, optimizer: { ...plan.config.optimizer, clipNorm: clip } }
}

/** Photographs that patches are cut out of are taken as they are, in squares. */
function sizeOf({ size, preset }: TrainFlags) {
  if (size || preset === undefined || !trainsOnPatches(preset)) return size
  return { width: 128, height: 128, patches: { mode: 'grid' } }
}

function configOf({
  budget,
  epochs,
  batch,
  lr,
  optimizer,
  schedule,
  clip,
  noise,
  seed,
  val,
  patience,
  patches,
  average,
}: TrainFlags): ConfigChoice {
  return {
    // With a time the preset's epochs do not count.
    ...(budget && { budgetMs: budgetsMs[budget], epochs: mostEpochs }),
    ...(epochs !== undefined && { epochs }),
    batchSize: batch,
    optimizer: withoutUndefined({ name: optimizer, learningRate: lr, clipNorm: clip }),
    schedule: schedule && { name: schedule },
    noise,
    seed,
    validationSplit: val,
    patience,
    averageDecay: average,
    patches: patches === undefined ? undefined : { perImage: patches },
  }
}

function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

function report({ output }: CommandContext, { run, info, epochs, best }: TrainSummary): void {
  const { baselines } = info
  const { verdict, gain } = judge({ best, baselines, findings: info.findings })
  const error = best?.valLoss ?? best?.trainLoss
  output.line(
    `Trained ${epochs} epochs. The best was epoch ${best?.epoch}: ${info.spec.loss} ${error?.toPrecision(4)}${best?.psnr ? `, PSNR ${best.psnr.toFixed(2)} dB` : ''}.`,
  )
  if (baselines?.pca) output.line(verdictSentence(verdict, gain, baselines.pca.components))
  for (const { kind } of info.findings) output.line(findingSentence(kind))
  output.line(`The run is in ${run}, its model in ${run}/model.`)
  const measured = { baselines, verdict, gain, findings: info.findings }
  output.record({ type: 'done', ...best, ...measured, run, epochs, bestEpoch: best?.epoch ?? null })
}
