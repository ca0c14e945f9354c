import { join } from 'node:path'
import { type Command, Option } from 'commander'
import {
  type AnomalyResult,
  type AnomalyScore,
  anomalyScores,
  anomalySettingsSchema,
  type ScoredImage,
} from '../../../shared/anomalies'
import { ExpectedError } from '../../../shared/errors'
import { type Budget, budgetNames, defaultBudget } from '../../../shared/plan'
import {
  type AnomalyPhase,
  type AnomalyWork,
  type FoundAnomalies,
  findAnomalies,
} from '../../features/anomalies/findAnomalies'
import { checkExportFolder } from '../../features/anomalies/exportDetector'
import {
  claimReportFolder,
  clearReportFolder,
  writeAnomalyReport,
} from '../../features/anomalies/report/writeAnomalyReport'
import { holdsImages, watchAnomalies } from '../../features/anomalies/watchAnomalies'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { counted, formatAmount } from '../format'
import { fromLibrary } from '../library'
import type { TargetFlags } from '../modelCommand'
import { choice, decimal, examples, seed as parseSeed } from '../options'
import { taskSequence } from '../taskSequence'
import { trainingReporter } from '../trainingReporter'
import { tableKindOf } from '../../features/tables/tableKind'
import { findOddRows } from '../tables/tableUse'
import { namesModel } from '../../features/models/builtinModels'
import { runtimeNames } from '../../../shared/trainingConfig'

interface AnomaliesFlags extends TargetFlags {
  fit?: string
  normal?: string[]
  falseAlarms: number
  score: AnomalyScore
  training: 'auto' | 'plain' | 'repair'
  budget: Budget
  seed: number
  out?: string
  export?: string
  overwrite?: boolean
  watch?: boolean
}

/** Images that are named on the terminal; with --json all of them are. */
const shown = 20
const shownSkipped = 10

export function registerAnomalies(program: Command, context: CommandContext): void {
  addOptions(program.command('anomalies'))
    .description(
      'Find the odd ones among images or rows of a table: in a folder or file itself, or in one compared with what is normal in another.',
    )
    .argument(
      '<model|folder>',
      'a run or model, or a folder of normal images (or a dataset), or a table, on which one is trained',
    )
    .argument(
      '[target...]',
      'what to look through; left out, the folder itself, or test of a folder as MVTec AD has it',
    )
    .addHelpText(
      'after',
      examples(
        'hourglass anomalies photos',
        'hourglass anomalies good new --json',
        'hourglass anomalies bottle --out report     # train/good, test/DEFECT, ground_truth/DEFECT',
        'hourglass anomalies digits/train digits/test --normal 3',
        'hourglass anomalies run incoming --watch',
        'hourglass anomalies table.csv new.csv --out scores.csv',
      ),
    )
    .action(async (subject: string, target: string[], flags: AnomaliesFlags) => {
      const table = await fromLibrary('tables', subject)
      if ((await tableKindOf(table)) !== 'table') return look(context, subject, target, flags)
      checkTableFlags(flags)
      const { falseAlarms, out, overwrite = false, seed } = flags
      return findOddRows(table, target, { falseAlarms, out, overwrite, seed }, context)
    })
}

function checkTableFlags({ fit, normal, watch, export: folder }: AnomaliesFlags): void {
  const given = { '--fit': fit, '--normal': normal, '--watch': watch, '--export': folder }
  for (const [name, value] of Object.entries(given))
    if (value !== undefined)
      throw new ExpectedError('bad-usage', `${name} is about images, and this is a table. Leave it out.`)
}

async function look(
  context: CommandContext,
  subject: string,
  target: readonly string[],
  flags: AnomaliesFlags,
): Promise<void> {
  const { out, overwrite = false } = flags
  if (flags.watch && target.length === 0) throw nothingToWatch()
  if (flags.export !== undefined) await checkExportFolder(flags.export, overwrite)
  if (out !== undefined) await claimReportFolder(out, overwrite)
  const client = createComputeClient()
  const reporter = trainingReporter(context)
  const tasks = taskSequence(context)
  try {
    const model = await fromLibrary(namesModel(subject) ? 'models' : 'datasets', subject)
    // A folder that is watched may be empty as yet: then nothing is looked through before.
    const isEmpty = flags.watch === true && !(await holdsImages(target))
    const request = {
      ...anomalySettingsSchema.parse(flags),
      model,
      target: target.length > 0 && !isEmpty ? await named(target) : null,
      fit: flags.fit === undefined ? null : await fromLibrary('datasets', flags.fit),
      allNormal: isEmpty,
      normal: flags.normal ?? null,
      runtime: flags.runtime,
      device: flags.device,
      ...(out !== undefined && !namesModel(model) && { run: join(out, 'run') }),
    }
    const found = await findAnomalies(request, {
      client,
      signal: context.signal,
      ...progressOf(context, reporter, tasks),
    })
    tasks.end()
    try {
      if (!isEmpty) await tell(context, found, out)
      if (found.result.selfFitted && namesModel(subject) && target.length > 0)
        context.output.line(
          'What is normal was learned from these images themselves. Give normal ones with --fit FOLDER to compare with those.',
        )
      if (flags.export !== undefined) await exportModel(context, found, flags.export, overwrite)
      if (flags.watch) await watch(context, found, target)
    } finally {
      await found.close()
    }
  } catch (error) {
    if (out !== undefined) await clearReportFolder(out)
    throw error
  } finally {
    tasks.end()
    reporter.end()
    await client.dispose()
  }
}

/** What is under way, on the terminal: one bar after the other. */
function progressOf(
  { output, progress }: CommandContext,
  reporter: ReturnType<typeof trainingReporter>,
  tasks: ReturnType<typeof taskSequence>,
): Omit<AnomalyWork, 'client' | 'signal'> {
  let phase: AnomalyPhase = 'training'
  return {
    onImport: ({ done, total }) => tasks.show('Importing', 'images', done, total),
    onSkipped: (skipped) => {
      tasks.end()
      for (const { path, reason } of skipped.slice(0, shownSkipped))
        progress.note(`Skipped ${path}: ${reason}`)
      if (skipped.length > shownSkipped) progress.note(`… and ${skipped.length - shownSkipped} more.`)
      for (const one of skipped) output.record({ type: 'skipped', ...one })
    },
    onTraining: reporter.observe.onEvent,
    onPhase: (next) => {
      phase = next
      if (next === 'training') tasks.end()
      else reporter.end()
    },
    onProgress: (done, total) =>
      tasks.show(phase === 'fitting' ? 'Learning what is normal' : 'Scoring', 'images', done, total),
  }
}

/** Paths, or names of datasets of the library. */
const named = (given: readonly string[]): Promise<string[]> =>
  Promise.all(given.map((one) => fromLibrary('datasets', one)))

const nothingToWatch = () =>
  new ExpectedError(
    'bad-usage',
    'Name the folder to watch after the model: hourglass anomalies MODEL FOLDER --watch.',
  )

function addOptions(command: Command): Command {
  return command
    .option(
      '--fit <folder>',
      'normal images by which scores are judged (default: those that the model was trained on)',
    )
    .addOption(
      new Option(
        '--normal <labels>',
        'labels of normal images, with commas between; labels are the names of subfolders',
      ).argParser((text) => text.split(',').map((label) => label.trim())),
    )
    .option(
      '--false-alarms <rate>',
      'share of normal images that may be called odd',
      decimal({ min: 0, max: 0.5 }),
      0.01,
    )
    .addOption(choice('--score <name>', 'what counts as odd', anomalyScores).default('default'))
    .addOption(
      choice(
        '--training <kind>',
        'plain reconstructs images, repair learns to take scratches, spots and patches out of them',
        ['auto', 'plain', 'repair'],
      ).default('auto'),
    )
    .addOption(choice('--budget <time>', 'how long training may take', budgetNames).default(defaultBudget))
    .option('--seed <n>', 'repeats a search exactly', parseSeed, 0)
    .option(
      '--out <folder>',
      'where to put scores.csv, the list of odd files, heat maps, a report and the model; of a table scores.csv, or a CSV file itself',
    )
    .option(
      '--export <folder>',
      'where to put an ONNX model with the outputs anomaly_map and score, and the code that runs it',
    )
    .option('--overwrite', 'replace an earlier report, or an earlier export, in that folder')
    .option('--watch', 'go on: new files in the folders are scored as they come, until Ctrl-C')
    .addOption(choice('--runtime <name>', 'what computes', runtimeNames))
    .option('--device <id>', 'where: see hourglass devices')
}

async function tell(context: CommandContext, found: FoundAnomalies, out?: string): Promise<void> {
  const { output } = context
  const { result } = found
  for (const image of result.images) output.record({ type: 'image', ...recordOf(image) })
  const worst = [...result.images].sort((a, b) => b.score - a.score)
  for (const image of worst.filter(({ odd }, i) => odd || i < 5).slice(0, shown)) output.line(sentence(image))
  if (out !== undefined) {
    const task = context.progress.start('Writing the report', 0, 'pictures')
    try {
      await writeAnomalyReport(out, found, { signal: context.signal, onProgress: task.update })
    } finally {
      task.end()
    }
  }
  summary(context, result, out)
}

const recordOf = ({ index, ...image }: ScoredImage) => ({ ...image, index })

const sentence = ({ path, score, percentile, odd, duplicateOf }: ScoredImage) =>
  `${score.toFixed(2).padStart(8)}  ${odd ? 'odd  ' : '     '}  ${path}  (stranger than ${percentile.toFixed(1)} % of normal ones${duplicateOf === null ? '' : '; a duplicate'})`

function summary({ output }: CommandContext, result: AnomalyResult, out?: string): void {
  const { images, threshold, figures, fitted, settings, selfFitted, skipped } = result
  const odd = images.filter((image) => image.odd).length
  output.line(
    `${formatAmount(odd)} of ${counted(images.length, 'image')} are odd: their score is above ${threshold.toFixed(3)}, where ${(100 * settings.falseAlarms).toPrecision(2)} % of ${selfFitted ? 'ordinary' : 'normal'} images would be (${counted(fitted, 'image')} looked at).`,
  )
  if (figures) {
    const { auroc, averagePrecision, bestF1, pixelAuroc, pro, confusion } = figures
    output.line(
      `With the labels: AUROC ${auroc.toFixed(4)}, average precision ${averagePrecision.toFixed(4)}, best F1 ${bestF1.toFixed(4)}.`,
    )
    output.line(
      `At the threshold: ${confusion.truePositives} odd ones found and ${confusion.falseNegatives} missed, ${confusion.falsePositives} false alarms among ${figures.normal}.`,
    )
    if (pixelAuroc !== null)
      output.line(`With the masks: pixel AUROC ${pixelAuroc.toFixed(4)}, PRO ${pro?.toFixed(4)}.`)
  }
  if (out !== undefined) output.line(`The report is ${join(out, 'report.html')}.`)
  output.record({
    type: 'done',
    threshold,
    count: images.length,
    odd,
    fitted,
    settings,
    ...(figures && { ...figures, roc: undefined }),
    skipped,
    out: out ?? null,
  })
}

async function exportModel(
  { output }: CommandContext,
  found: FoundAnomalies,
  folder: string,
  overwrite: boolean,
): Promise<void> {
  const { files, threshold } = await found.exportModel(folder, overwrite)
  output.line(
    `The model is in ${folder}: ${files.join(', ')}. It gives the scores above; its threshold is ${threshold.toPrecision(4)}.`,
  )
  output.record({ type: 'exported', folder, files, threshold })
}

async function watch(
  { output, progress, signal }: CommandContext,
  found: FoundAnomalies,
  folders: readonly string[],
): Promise<void> {
  progress.note('Watching for new files. Ctrl-C ends it.')
  await watchAnomalies(folders, found, {
    signal,
    onImage: (image) => {
      output.line(sentence(image))
      output.record({ type: 'image', ...recordOf(image) })
    },
    onSkipped: (path, reason) => {
      progress.note(`Skipped ${path}: ${reason}`)
      output.record({ type: 'skipped', path, reason })
    },
    onReady: () => output.record({ type: 'watching', folders }),
  })
}
