import { basename, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type DatasetInfo, preprocessingSchema } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import type { Variation } from '../../../shared/experiment'
import { verdictOf, verdictText } from '../../../shared/experimentVerdict'
import { leastBudgetMs } from '../../../shared/trainingConfig'
import { batchFor } from '../../features/experiments/variants'
import {
  type ExperimentRequest,
  type ExperimentSummary,
  resultsSoFar,
  runExperiment,
} from '../../features/experiments/runExperiment'
import { parseVariation } from '../../features/experiments/variants'
import { writeResults } from '../../features/experiments/writeResults'
import { planForFolder } from '../../features/training/planService'
import type { ConfigChoice } from '../../features/training/runPlan'
import { isDatasetFolder } from '../../features/training/trainingDataset'
import { compareReporter } from '../compareReporter'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { durationMs } from '../budgetTime'
import { fromLibrary } from '../library'
import { examples, integer } from '../options'
import { addCompareOptions, type TrainFlags } from '../trainOptions'

type CompareFlags = Omit<TrainFlags, 'budget' | 'resume' | 'from'> & {
  vary: Variation
  seeds: number
  budget?: number
  out: string
}

const usual = 'tying=tied,untied'
const defaultBudgetMs = 120_000
/** Images of a folder are read at this size, unless another one is asked for: the networks that are compared are dense. */
const largestSide = 32

export function registerCompare(program: Command, context: CommandContext): void {
  addCompareOptions(
    program
      .command('compare')
      .description(
        'Train the same network in several ways, and say whether the difference is more than chance.',
      )
      .argument('<source>', 'a dataset made by import, or a folder of images')
      .addOption(
        new Option(
          '--vary <what=a,b>',
          'what is compared: tying=tied,untied,copied:batch,copied:epoch,pseudo-inverse,tied+untied,layerwise; preset=…, code=8,16, noise=none,gaussian:25 or learning-rate=…',
        )
          .argParser(variation)
          .default(parseVariation(usual), usual),
      )
      .option(
        '--seeds <n>',
        'how often each is trained, with other random numbers',
        integer({ min: 1, max: 20 }),
        3,
      )
      .option(
        '--budget <time>',
        'for all runs together: 90s, 10m, 1h (2m, unless --epochs is given)',
        duration,
      )
      .option('--out <folder>', 'for the results: a new or empty folder, or one to go on in', 'experiment'),
  )
    .addHelpText(
      'after',
      examples(
        'hourglass compare photos --out tying',
        'hourglass compare digits.dataset --vary tying=tied,untied,copied:batch,pseudo-inverse --seeds 3 --budget 10m --out tying',
        'hourglass compare digits.dataset --preset tied-784-32 --vary code=8,16,32 --epochs 10 --out codes',
      ),
    )
    .action((source: string, flags: CompareFlags) => compare(source, flags, context))
}

async function compare(source: string, flags: CompareFlags, context: CommandContext): Promise<void> {
  const client = createComputeClient()
  const reporter = compareReporter(context)
  const startedAt = performance.now()
  try {
    const request = await requestOf(await fromLibrary('datasets', source), flags)
    const work = { client, signal: context.signal, ...reporter.observe }
    const summary = await runExperiment(request, work).catch(async (error: unknown) => {
      reporter.end()
      if (error instanceof CancelledError) await writeWhatIsDone(flags.out, context)
      throw error
    })
    reporter.end()
    const files = await writeResults(summary.out, summary.results)
    report(context, summary, { elapsedMs: performance.now() - startedAt, files })
  } finally {
    reporter.end()
    await client.dispose()
  }
}

async function writeWhatIsDone(out: string, { output }: CommandContext): Promise<void> {
  const soFar = await resultsSoFar(out)
  if (!soFar || soFar.results.rows.length === 0) return
  const { page } = await writeResults(soFar.out, soFar.results)
  output.line(`What is done so far is in ${page}.`)
}

async function requestOf(source: string, flags: CompareFlags): Promise<ExperimentRequest> {
  const {
    vary,
    seeds,
    seed = 1,
    out,
    preset,
    spec,
    tying,
    copyEvery,
    init,
    epochs,
    overwrite = false,
  } = flags
  const { runtime, device, filters, depth } = flags
  const budgetMs = flags.budget ?? (epochs === undefined ? defaultBudgetMs : null)
  const isDataset = await isDatasetFolder(source)
  const preprocessing = isDataset ? preprocessingSchema.parse({}) : await preprocessingOf(source, flags)
  return {
    out: resolve(out),
    images: { source, preprocessing },
    vary,
    seeds: Array.from({ length: seeds }, (_, i) => (seed + i) % 2 ** 32),
    budgetMs,
    model: { preset, specFile: spec, tying, copyEvery, initializer: init, filters, depth },
    config: (images) => configOf(flags, images),
    epochs,
    overwrite,
    runtime,
    device,
  }
}

/** Small images as they are, others as squares that a dense network can take. */
async function preprocessingOf(source: string, { size, color }: CompareFlags) {
  const { preprocessing } = await planForFolder(source, '1m')
  const { width, height } = preprocessing!
  const reduced =
    Math.max(width, height) > largestSide + 8
      ? { width: largestSide, height: largestSide }
      : { width, height }
  return preprocessingSchema.parse({ ...preprocessing!, ...reduced, ...size, ...(color && { color }) })
}

function configOf(flags: CompareFlags, { count }: DatasetInfo): ConfigChoice {
  const { batch, lr, optimizer, schedule, clip, noise, val, average, preset, spec, patches, vary } = flags
  const isPlanned = preset === undefined && spec === undefined && vary.what !== 'preset'
  const chosen = { name: optimizer, learningRate: lr, clipNorm: clip }
  return {
    batchSize: batch ?? (isPlanned ? batchFor(count) : undefined),
    optimizer: Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
    schedule: schedule && { name: schedule },
    noise,
    validationSplit: val ?? (count > 0 && count < 50 ? 0.2 : undefined),
    averageDecay: average,
    patches: patches === undefined ? undefined : { perImage: patches },
  }
}

function variation(text: string): Variation {
  try {
    return parseVariation(text)
  } catch (error) {
    throw error instanceof ExpectedError ? new InvalidArgumentError(error.message) : error
  }
}

/** Of a second at least, in milliseconds. */
export function duration(text: string): number {
  const ms = durationMs(text)
  if (ms !== null && ms >= leastBudgetMs) return ms
  throw new InvalidArgumentError('Write a time of a second at least, such as 90s, 10m or 1h.')
}

function report(
  { output }: CommandContext,
  { out, setup, results, skipped }: ExperimentSummary,
  { elapsedMs, files }: { elapsedMs: number; files: { readonly page: string; readonly csv: string } },
): void {
  const verdict = verdictText(verdictOf(results), results.vary.what, 'en')
  const { rows, pca } = results
  output.line('')
  for (const line of tableOf(results)) output.line(line)
  output.line('')
  verdict.forEach((sentence) => output.line(sentence))
  if (skipped > 0)
    output.line(
      `There was no time for ${skipped === 1 ? 'the last seed' : `the last ${skipped} seeds`}: the same command with --overwrite and a longer --budget would train all of them.`,
    )
  output.line('')
  output.line(`Open ${files.page} in a browser. The figures are in ${files.csv} too.`)
  output.record({
    type: 'done',
    out,
    name: basename(out),
    dataset: results.dataset,
    epochs: setup.epochs,
    seeds: setup.seeds,
    rows,
    pca,
    skipped,
    elapsedMs,
    verdict: verdict.join(' '),
  })
}

function tableOf({ rows, pca }: ExperimentSummary['results']): string[] {
  const plusMinus = (mean: number, spread: number | null, digits: number) =>
    mean.toFixed(digits) + (spread === null ? '' : ` ± ${spread.toFixed(digits)}`)
  const cells = [
    ['', 'trained values', 'file', 'held-out MSE', 'PSNR in dB', 'difference', 'time'],
    ...rows.map(({ variant, parameters, bytes, mse, psnr, difference, trainMs }) => [
      variant,
      parameters.toLocaleString('en'),
      `${(bytes / 1e6).toFixed(2)} MB`,
      plusMinus(mse.mean, mse.spread, 4),
      plusMinus(psnr.mean, psnr.spread, 2),
      difference
        ? `${difference.psnr.mean > 0 ? '+' : ''}${plusMinus(difference.psnr.mean, difference.psnr.spread, 2)}`
        : '',
      `${(trainMs.mean / 1000).toFixed(1)} s`,
    ]),
    ...pca.map(({ components, mse, psnr }) => [
      `PCA, ${components}`,
      ...['', ''],
      plusMinus(mse.mean, mse.spread, 4),
      plusMinus(psnr.mean, psnr.spread, 2),
      ...['', ''],
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}
