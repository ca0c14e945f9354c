import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { type DatasetInfo, revisionOf } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ExperimentResults, Variation } from '../../../shared/experiment'
import { withEpochs } from '../../../shared/trainingConfig'
import type { ImportProgress } from '../datasets/importDataset'
import type { ConfigChoice, ModelChoice } from '../training/runPlan'
import type { DatasetChoice } from '../training/trainingDataset'
import { resumeRun, trainNewRun } from '../training/trainRun'
import { readDatasetInfo } from '../../store/datasetStore'
import { readRunInfo, runFiles } from '../../store/runStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { TrainEvent } from '../training/tasks/trainingTasks'
import { datasetOf } from './datasetOf'
import { collectResults } from './collectResults'
import { type ExperimentSetup, experimentFiles, readSetup, writeSetup } from './experimentStore'
import { measureFigures, readFigures, type RunFigures } from './figures'
import { epochsThatFit, tryVariant, type VariantTimes } from './pilot'
import { planVariants, type VariantPlan } from './variants'

export interface ExperimentRequest extends ComputeTarget {
  /** A new or empty folder, or that of the same experiment, which goes on. */
  readonly out: string
  readonly images: DatasetChoice
  readonly vary: Variation
  readonly seeds: readonly number[]
  /** For all runs together; null trains as many epochs as the config says, whatever time they take. */
  readonly budgetMs: number | null
  readonly model: ModelChoice
  /** Without a number of epochs the budget says how many there are. */
  readonly config: (images: DatasetInfo) => ConfigChoice
  readonly epochs: number | undefined
  readonly overwrite: boolean
}

/** One run of an experiment on its way. */
export interface ExperimentStep {
  readonly variant: string
  readonly seed: number
  /** From 1. */
  readonly index: number
  readonly of: number
}

export interface ExperimentWork {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  readonly onImport?: (progress: ImportProgress) => void
  readonly onNote?: (note: string) => void
  /** Before a variant is tried for its speed. */
  readonly onTrial?: (variant: string) => void
  readonly onPlanned?: (setup: ExperimentSetup) => void
  readonly onTraining?: (step: ExperimentStep, event: TrainEvent) => void
  /** `leftMs`: what the runs after it are likely to take. */
  readonly onRun?: (
    step: ExperimentStep,
    figures: RunFigures,
    times: { readonly ms: number; readonly leftMs: number },
  ) => void
  readonly onFailed?: (step: ExperimentStep, reason: string) => void
}

export interface ExperimentSummary {
  readonly out: string
  readonly setup: ExperimentSetup
  readonly results: ExperimentResults
  /** Seeds that the budget had no time left for. */
  readonly skipped: number
}

/** Beyond this share of its budget an experiment begins no further seed. */
const overBudget = 1.05

/**
 * Trains every variant with every seed: one seed after the other, so that an experiment that is stopped has compared all
 * variants with the same seeds. What is done is not done again.
 *
 * @throws CancelledError when stopped, after saving; ExpectedError
 */
export async function runExperiment(
  request: ExperimentRequest,
  work: ExperimentWork,
): Promise<ExperimentSummary> {
  const out = resolve(request.out)
  const beganAt = performance.now()
  if (request.overwrite && existsSync(experimentFiles.setup(out))) await rm(out, { recursive: true })
  const before = await readSetup(out)
  const asked = askedOf(request)
  if (before && before.asked !== asked)
    throw new ExpectedError('bad-input', sentence('experiments.otherSettings', { out }))
  try {
    const setup = before ?? (await beginExperiment(request, out, asked, work))
    await checkImages(setup)
    work.onPlanned?.(setup)
    return await new Experiment(out, setup, request, work, {
      beganAt,
      spentBefore: before?.spentMs ?? 0,
    }).run()
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    throw new CancelledError(`Stopped and saved in ${out}. The same command goes on.`)
  }
}

/** The results so far, also of an experiment that was stopped. Null where there is none. */
export async function resultsSoFar(out: string): Promise<ExperimentSummary | null> {
  const folder = resolve(out)
  const setup = existsSync(experimentFiles.setup(folder)) ? await readSetup(folder) : null
  return setup && { out: folder, setup, results: await resultsOf(folder, setup), skipped: 0 }
}

const resultsOf = (out: string, setup: ExperimentSetup) =>
  collectResults(
    setup,
    setup.seeds.flatMap((seed) =>
      setup.variants.map(({ variant }) => ({
        variant,
        seed,
        folder: experimentFiles.run(out, variant, seed),
      })),
    ),
  )

/** What must be asked for again to go on: more seeds, or other images, make another experiment. */
function askedOf(request: ExperimentRequest): string {
  const { images, vary, seeds, budgetMs, model, epochs, runtime, device } = request
  const config = request.config({ count: 0 } as DatasetInfo)
  return JSON.stringify([
    resolve(images.source),
    vary,
    seeds,
    budgetMs,
    model,
    config,
    epochs,
    runtime,
    device,
  ])
}

async function checkImages({ dataset, datasetRevision }: ExperimentSetup): Promise<void> {
  if (revisionOf(await readDatasetInfo(dataset)) !== datasetRevision)
    throw new ExpectedError('bad-input', sentence('experiments.datasetImportedAgain'))
}

/** Settles what is trained: the images, the variants, and how many epochs each run has. */
async function beginExperiment(
  request: ExperimentRequest,
  out: string,
  asked: string,
  work: ExperimentWork,
): Promise<ExperimentSetup> {
  const { vary, seeds, budgetMs, epochs, model } = request
  const beganAt = performance.now()
  const dataset = await datasetOf(request.images, out, work)
  const info = await readDatasetInfo(dataset)
  const plans = await planVariants(info, vary, model, request.config(info))
  for (const note of plans[0]!.notes) work.onNote?.(note)
  const fitting =
    budgetMs === null ? null : await fitEpochs(request, { out, dataset, info, plans, beganAt }, work)
  const wanted = epochs ?? plans[0]!.config.epochs
  const count = fitting ? Math.min(epochs ?? Infinity, fitting.epochs) : wanted
  const variants = plans.map(({ variant, spec, config, preset, notes }) => ({
    variant,
    spec,
    preset,
    notes: [...notes],
    config: {
      ...withEpochs(config, count),
      ...(fitting?.imagesPerEpoch ? { imagesPerEpoch: fitting.imagesPerEpoch } : {}),
      patience: 0,
    },
  }))
  const setup: ExperimentSetup = {
    version: 1,
    title: `${info.name}: ${vary.what}`,
    createdAt: new Date().toISOString(),
    dataset,
    datasetRevision: revisionOf(info),
    vary,
    seeds: [...seeds],
    budgetMs,
    epochs: count,
    variants,
    asked,
    spentMs: performance.now() - beganAt,
  }
  await writeSetup(out, setup)
  return setup
}

async function fitEpochs(
  { seeds, budgetMs, images, runtime, device }: ExperimentRequest,
  {
    out,
    dataset,
    info,
    plans,
    beganAt,
  }: { out: string; dataset: string; info: DatasetInfo; plans: VariantPlan[]; beganAt: number },
  { client, signal, onTrial }: ExperimentWork,
) {
  const times: VariantTimes[] = []
  const tried = new Map<string, VariantTimes>()
  for (const plan of plans) {
    // Variants of the same layers take about the same time.
    const key = JSON.stringify(plan.spec.encoder)
    const before = tried.get(key)
    if (before) {
      times.push(before)
      continue
    }
    onTrial?.(plan.variant)
    const trained = Math.max(1, Math.round(info.count * (1 - plan.config.validationSplit)))
    const imagesToTrain = trained * (plan.config.patches?.perImage ?? 1)
    const { preprocessing } = images
    const subject = { folder: experimentFiles.trial(out), dataset, preprocessing, imagesToTrain }
    const measured = await tryVariant(plan, { ...subject, runtime, device }, { client, signal })
    tried.set(key, measured)
    times.push(measured)
  }
  const leftMs = budgetMs! - (performance.now() - beganAt)
  const imagesToTrain = Math.max(1, Math.round(info.count * (1 - plans[0]!.config.validationSplit)))
  return epochsThatFit(times, { seeds: seeds.length, leftMs, imagesToTrain })
}

class Experiment {
  /** Of the runs that this process has trained, by variant. */
  private readonly taken = new Map<string, number[]>()

  constructor(
    private readonly out: string,
    private setup: ExperimentSetup,
    private readonly request: ExperimentRequest,
    private readonly work: ExperimentWork,
    private readonly clock: { readonly beganAt: number; readonly spentBefore: number },
  ) {}

  async run(): Promise<ExperimentSummary> {
    const { setup, out } = this
    const of = setup.seeds.length * setup.variants.length
    let index = 0
    let skipped = 0
    for (const [round, seed] of setup.seeds.entries()) {
      if (round > 0 && this.isOverBudget()) {
        skipped++
        continue
      }
      for (const { variant } of setup.variants) await this.step({ variant, seed, index: ++index, of })
    }
    return { out, setup: this.setup, results: await resultsOf(out, this.setup), skipped }
  }

  /** Whether another round of all variants would go beyond it, by what the runs so far have taken. */
  private isOverBudget(): boolean {
    const { budgetMs } = this.setup
    return budgetMs !== null && this.spentMs + this.roundMs() > overBudget * budgetMs
  }

  private get spentMs(): number {
    return this.clock.spentBefore + performance.now() - this.clock.beganAt
  }

  private roundMs = (): number =>
    this.setup.variants.reduce((sum, { variant }) => sum + this.expectedMs(variant), 0)

  private expectedMs(variant: string): number {
    const own = this.taken.get(variant) ?? [...this.taken.values()].flat()
    return own.length > 0 ? own.reduce((sum, ms) => sum + ms, 0) / own.length : 0
  }

  private async step(step: ExperimentStep): Promise<void> {
    const { work, out, setup } = this
    const run = experimentFiles.run(out, step.variant, step.seed)
    const startedAt = performance.now()
    const isFresh = (await readFigures(run)) === null
    try {
      await this.train(run, step)
    } catch (error) {
      await this.remember()
      // One that diverges is a result: the others are compared without it.
      if (!(error instanceof ExpectedError) || error.code !== 'diverged') throw error
      work.onFailed?.(step, error.message)
      return
    }
    const clean = setup.vary.what === 'noise'
    const figures = await measureFigures(run, { clean, withPca: true }, work.client, work.signal)
    const ms = performance.now() - startedAt
    if (isFresh) this.taken.set(step.variant, [...(this.taken.get(step.variant) ?? []), ms])
    await this.remember()
    work.onRun?.(step, figures, { ms, leftMs: this.leftAfter(step) })
  }

  private leftAfter({ index, of }: ExperimentStep): number {
    const { variants } = this.setup
    let left = 0
    for (let next = index; next < of; next++)
      left += this.expectedMs(variants[next % variants.length]!.variant)
    return left
  }

  private async remember(): Promise<void> {
    this.setup = { ...this.setup, spentMs: this.spentMs }
    await writeSetup(this.out, this.setup)
  }

  private async train(run: string, step: ExperimentStep): Promise<void> {
    const { variant, seed } = step
    const { client, signal, onTraining } = this.work
    const options = { client, signal, onEvent: (event: TrainEvent) => onTraining?.(step, event) }
    if (signal?.aborted) throw new CancelledError('Stopped.')
    const begun = existsSync(runFiles.info(run)) ? await readRunInfo(run) : null
    if (begun?.state === 'done') return
    if (begun && existsSync(runFiles.latest(run)) && begun.state !== 'failed')
      return void (await resumeRun({ run }, options))
    const { spec, config, preset } = this.setup.variants.find((plan) => plan.variant === variant)!
    const { runtime, device } = this.request
    await trainNewRun(
      {
        run,
        dataset: { source: this.setup.dataset, preprocessing: this.request.images.preprocessing },
        model: { spec, fromPreset: preset, seed },
        config: { ...config, seed },
        experiment: {
          id: basename(this.out).slice(0, 120),
          what: this.setup.vary.what,
          values: this.setup.vary.values,
          seeds: this.setup.seeds,
          variant,
          seed,
        },
        overwrite: true,
        runtime,
        device,
      },
      options,
    )
  }
}
