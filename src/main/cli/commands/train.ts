import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { type Budget, budgetNames, defaultBudget, type TrainingPlan } from '../../../shared/plan'
import { ratingPresets } from '../../../shared/ratings'
import { isDatasetFolder } from '../../features/training/trainingDataset'
import { planForDataset, planForFolder } from '../../features/training/planService'
import { judge } from '../../../shared/verdict'
import { inBackground } from '../../../shared/inBackground'
import { describePlan, findingSentence, verdictSentence } from '../describePlan'
import { type ConfigChoice, trainsOnPatches } from '../../features/training/runPlan'
import {
  type ResumedRun,
  resumeRun,
  trainNewRun,
  type TrainOptions,
  type TrainSummary,
} from '../../features/training/trainRun'
import type { TrainEvent } from '../../features/training/tasks/trainingTasks'
import { tableKindOf } from '../../features/tables/tableKind'
import { isNamedBudget } from '../budgetTime'
import { isRatingsFolder } from '../../store/ratingsFiles'
import { resumeTraining, trainRatings } from '../ratings/ratingsTrain'
import { trainTable } from '../tables/tableTrain'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { fromLibrary, nameRun, outFolder, register } from '../library'
import { examples } from '../options'
import { beginPairs, isOfPairs } from '../pairs/pairsTrain'
import { configOf, withoutUndefined } from '../trainConfig'
import { trainingReporter } from '../trainingReporter'
import { addTrainOptions, type TrainFlags } from '../trainOptions'

export function registerTrain(program: Command, context: CommandContext): void {
  addTrainOptions(program.command('train'))
    .description(
      'Train an autoencoder on a dataset or a folder of images or on a table of numbers, a recommender on a file of ratings, or a network that restores pictures on pairs of damaged and clean ones.',
    )
    .argument(
      '[source]',
      'a dataset made by import, a folder of images, a table (CSV, TSV, Parquet, NPY), or a file of ratings (CSV)',
    )
    .addHelpText(
      'after',
      examples(
        'hourglass train photos',
        'hourglass train photos --budget 10m --out run',
        'hourglass train digits.dataset --out run',
        'hourglass train photos --size 64 --color rgb --out run --noise gaussian:25',
        'hourglass train --out run --resume',
        'hourglass train digits',
        'hourglass train --input-folder damaged --target-folder clean --out run',
        'hourglass train ratings.csv --out run',
        'hourglass train table.csv --out run --budget 5m',
      ),
    )
    .action(async (source: string | undefined, flags: TrainFlags) => {
      const rows =
        source !== undefined && !flags.resume && !isOfPairs(flags) ? await rowsSource(source, flags) : null
      if (rows) return (rows.kind === 'table' ? trainTable : trainRatings)(rows.path, flags, context)
      const run = flags.resume ? await rowsRun(source, flags) : null
      if (run !== null) return resumeTraining(run, flags, context)
      checkImageFlags(flags)
      const client = createComputeClient()
      const reporter = trainingReporter(context)
      const options = { client, signal: context.signal, ...reporter.observe }
      try {
        const summary = flags.resume
          ? await resumeRun(await resumed(source, flags), options)
          : await (isOfPairs(flags) ? beginPairs : begin)(source, flags, options, context)
        reporter.end()
        report(context, summary)
      } finally {
        reporter.end()
        await client.dispose()
      }
    })
}

/** The file or folder of a table or of ratings that is meant; null where it is images. */
async function rowsSource(source: string, { as }: TrainFlags) {
  const path = await fromLibrary('tables', source)
  const kind = await tableKindOf(path, as)
  return kind && { kind, path }
}

/** The folder of the run on ratings that is to be resumed; null where it is one on images. @throws ExpectedError for a table */
async function rowsRun(source: string | undefined, { out = source }: TrainFlags): Promise<string | null> {
  if (out === undefined) return null
  const run = await fromLibrary('tables', out)
  const kind = await tableKindOf(run)
  if (kind === 'table')
    throw new ExpectedError(
      'bad-usage',
      `Trainings on tables are short, and are not saved when they are stopped. Train again: hourglass train ${out} --out NEW`,
    )
  return kind === 'ratings' && isRatingsFolder(run) ? run : null
}

function checkImageFlags({ split, refeeding, budget, preset, ...flags }: TrainFlags): void {
  if (flags.resume && isOfPairs(flags))
    throw new ExpectedError(
      'bad-usage',
      'A run that is resumed knows its pictures. Leave --input-folder and --target-folder out.',
    )
  if (flags.as || flags.leaveOut || flags.scaling || flags.code !== undefined)
    throw new ExpectedError(
      'bad-usage',
      '--as, --leave-out, --scaling and --code are about files of rows and columns, and these are images. Leave them out.',
    )
  if (split !== undefined || refeeding !== undefined || ratingPresets.some((name) => name === preset))
    throw new ExpectedError(
      'bad-usage',
      '--split, --refeeding and the presets for ratings are for files of ratings, and these are images. Leave them out.',
    )
  if (budget !== undefined && !isNamedBudget(budget) && !isOfPairs(flags))
    throw new ExpectedError(
      'bad-usage',
      `With images the time is one of ${budgetNames.join(', ')}, and not ${budget}. Choose one of those.`,
    )
}

async function resumed(
  source: string | undefined,
  { out, epochs, runtime, device }: TrainFlags,
): Promise<ResumedRun> {
  const run = out ?? source
  if (run === undefined)
    throw new ExpectedError('bad-usage', 'Say which run to resume: hourglass train --out RUN --resume.')
  const moved = out === undefined ? undefined : source
  return { run: await fromLibrary('runs', run), source: moved, epochs, runtime, device }
}

async function begin(
  source: string | undefined,
  flags: TrainFlags,
  options: TrainOptions,
  context: CommandContext,
): Promise<TrainSummary> {
  if (!source) throw new ExpectedError('bad-usage', 'Say what to train on: hourglass train DATASET.')
  const {
    preset,
    spec: specFile,
    tying,
    copyEvery,
    init,
    seed,
    from,
    runtime,
    device,
    overwrite = false,
  } = flags
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
        copyEvery,
        initializer: init,
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
  pretrain,
}: TrainFlags) =>
  [preset, spec, from, epochs, filters, depth, patches, batch, lr, optimizer, schedule, pretrain].every(
    (flag) => flag === undefined,
  )

const preprocessingOf = (flags: TrainFlags) =>
  preprocessingSchema.parse({ ...sizeOf(flags), color: flags.color ?? 'grey' })

async function planOf(source: string, flags: TrainFlags): Promise<TrainingPlan> {
  const { size, color } = flags
  const budget = (flags.budget ?? defaultBudget) as Budget
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

function report({ output }: CommandContext, { run, info, epochs, best }: TrainSummary): void {
  const { baselines } = info
  const { verdict, gain } = judge({ best, baselines, findings: info.findings })
  const error = best?.valLoss ?? best?.trainLoss
  output.line(
    `Trained ${epochs} epochs. The best was epoch ${best?.epoch}: ${info.spec.loss} ${error?.toPrecision(4)}${best?.psnr ? `, PSNR ${best.psnr.toFixed(2)} dB` : ''}.`,
  )
  const orthogonality = best?.orthogonality ?? []
  if (orthogonality.length > 0)
    output.line(`‖WᵀW − I‖, layer by layer: ${orthogonality.map((one) => one.toPrecision(3)).join(', ')}.`)
  if (baselines?.pca) output.line(verdictSentence(verdict, gain, baselines.pca.components))
  for (const { kind } of info.findings) output.line(findingSentence(kind))
  output.line(`The run is in ${run}, its model in ${run}/model.`)
  const measured = { baselines, verdict, gain, findings: info.findings }
  output.record({ type: 'done', ...best, ...measured, run, epochs, bestEpoch: best?.epoch ?? null })
}
