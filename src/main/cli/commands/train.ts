import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { type Tying, tyingModes } from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'
import { defaultPreset } from '../../../shared/presets'
import {
  optimizerNames,
  type RuntimeName,
  runtimeNames,
  type ScheduleConfig,
} from '../../../shared/trainingConfig'
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
  color: 'grey' | 'rgb'
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
    .addOption(choice('--preset <name>', `what to train (without one: ${defaultPreset})`, presetNames))
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
      'size to import a folder of images at (28; without it a preset on patches cuts squares of 128)',
      imageSize,
    )
    .addOption(
      choice('--color <color>', 'colour to import a folder of images in', ['grey', 'rgb']).default('grey'),
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
  const { filters, depth, color } = flags
  const preprocessing = preprocessingSchema.parse({ ...sizeOf(flags), color })
  const dataset = { source: await fromLibrary('datasets', source), preprocessing }
  const run = await outFolder('runs', flags.out, `${basename(resolve(source))}-${preset ?? 'run'}`)
  const request = { run, dataset, from, runtime, device, overwrite }
  const onEvent = (event: TrainEvent) => {
    // From now on there is something to watch.
    if (event.type === 'started')
      void (flags.out === undefined ? nameRun(run, source, context) : register('runs', run, context))
    options.onEvent?.(event)
  }
  return trainNewRun(
    { ...request, model: { preset, specFile, tying, seed, filters, depth }, config: configOf(flags) },
    { ...options, onEvent },
  )
}

/** Photographs that patches are cut out of are taken as they are, in squares. */
function sizeOf({ size, preset }: TrainFlags) {
  if (size || preset === undefined || !trainsOnPatches(preset)) return size
  return { width: 128, height: 128, patches: { mode: 'grid' } }
}

function configOf({
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
    epochs,
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
  const error = best?.valLoss ?? best?.trainLoss
  output.line(
    `Trained ${epochs} epochs. The best was epoch ${best?.epoch}: ${info.spec.loss} ${error?.toPrecision(4)}${best?.psnr ? `, PSNR ${best.psnr.toFixed(2)} dB` : ''}.`,
  )
  output.line(`The run is in ${run}, its model in ${run}/model.`)
  output.record({ type: 'done', ...best, run, epochs, bestEpoch: best?.epoch ?? null })
}
