import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type { ExperimentView } from '../../../shared/api/experiments'
import type { RunSummary } from '../../../shared/api/library'
import { type DatasetInfo, revisionOf } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ExperimentOfRun } from '../../../shared/experiment'
import { variantName } from '../../../shared/experimentWords'
import { inBackground } from '../../../shared/inBackground'
import { writeFileAtomic } from '../../store/atomicWrite'
import { readDatasetInfo } from '../../store/datasetStore'
import { readRunInfo } from '../../store/runStore'
import type { Log } from '../../base/log'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { roomHandlers } from '../../base/roomHandlers'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { FreeNames } from '../../store/freeNames'
import { type Library, slugOf } from '../../base/library'
import type { ConfigChoice } from '../training/runPlan'
import type { RunService } from '../training/runService'
import type { TrainingService } from '../training/trainingService'
import { batchFor } from './variants'
import { collectResults, type PlacedRun } from './collectResults'
import { experimentCsv } from './experimentCsv'
import { experimentPage } from './experimentPage'
import { picturesOf, shownPictures } from './experimentPictures'
import type { ExperimentSetup } from './experimentStore'
import { measureFigures, readFigures } from './figures'
import { epochsThatFit, type VariantTimes } from './pilot'
import { planVariants, type VariantPlan } from './variants'

export interface ExperimentDependencies {
  readonly library: Library
  readonly runs: RunService
  readonly training: TrainingService
  readonly places: PlaceRegistry
  readonly client: ComputeClient
  readonly log: Log
  readonly target: () => ComputeTarget
}

/** How long the speed of a variant is measured. */
const measuredMs = 500
/** What a run takes beside its epochs, and an epoch beside its steps: told from what such runs take. */
const besidesMs = { run: 4000, epoch: 400 }

/**
 * Experiments are what their runs say of them (`experiment` in run.json): whoever deletes those has deleted the experiment,
 * and a library that is moved takes it along.
 */
export class ExperimentService {
  /** One after the other, beside the training. */
  private measuring: Promise<unknown> = Promise.resolve()
  private readonly asked = new Set<string>()

  constructor(private readonly deps: ExperimentDependencies) {}

  /** @throws ExpectedError for what cannot be trained; nothing is left of it then */
  async start(params: ParsedParams<'experiments.start'>): Promise<{ id: string }> {
    const { dataset, vary, base, language } = params
    const { folder } = await this.deps.library.find('datasets', dataset)
    const info = await readDatasetInfo(folder)
    const config: ConfigChoice = base
      ? { ...base.config, pretraining: null, patience: 0 }
      : { batchSize: batchFor(info.count), ...(info.count < 50 && { validationSplit: 0.2 }) }
    const model = base ? { spec: base.spec, fromPreset: base.preset } : {}
    const plans = await planVariants(
      info,
      vary,
      vary.what === 'preset' ? {} : model,
      vary.what === 'preset' ? {} : config,
    )
    const seeds = Array.from({ length: params.seeds }, (_, i) => i + 1)
    const fitting = await this.fit(plans, info, { seeds: seeds.length, budgetMs: params.budgetMs })
    const id = randomUUID()
    for (const seed of seeds)
      for (const { variant, spec, preset, config: own } of plans) {
        const name = `${info.name}, ${variantName(variant, vary.what, language)}, ${seed}`
        const trained = { ...own, budgetMs: null, ...fitting, patience: 0, seed }
        const experiment = { id, what: vary.what, values: vary.values, seeds, variant, seed }
        await this.deps.training.start(
          { dataset, name, spec: { ...spec, seed }, preset, config: trained, language },
          experiment,
        )
      }
    return { id }
  }

  async get(id: string): Promise<ExperimentView> {
    const { runs, placed, setup } = await this.find(id)
    for (const { folder } of placed) inBackground(this.measureSoon(folder!, setup))
    const { originals, shown } = await shownPictures(placed)
    return {
      results: await collectResults(setup, placed),
      runs: runs.map((run) => ({
        id: run.id,
        state: run.state,
        error: run.error,
        variant: run.experiment!.variant,
        seed: run.experiment!.seed,
      })),
      originals,
      shown,
    }
  }

  async save({ id, folder, language }: ParsedParams<'experiments.save'>): Promise<{ names: string[] }> {
    const { placed, setup } = await this.find(id)
    await Promise.all(placed.map((run) => this.measureSoon(run.folder!, setup)))
    const out = this.deps.places.resolve(folder)
    const results = await collectResults(setup, placed)
    const free = await FreeNames.in(out)
    const slug = slugOf(`${results.dataset.name} ${setup.vary.what}`, 'experiment')
    const [page, table] = [free.take(slug, '.html'), free.take(slug, '.csv')]
    await writeFileAtomic(join(out, table), experimentCsv(results))
    await writeFileAtomic(join(out, page), experimentPage(results, await picturesOf(placed), language))
    return { names: [page, table] }
  }

  /** How many epochs each run has, by the speed of the first variant or, where they are other networks, of each. */
  private async fit(
    plans: readonly VariantPlan[],
    info: DatasetInfo,
    { seeds, budgetMs }: { seeds: number; budgetMs: number },
  ) {
    const imagesToTrain = Math.max(1, Math.round(info.count * (1 - plans[0]!.config.validationSplit)))
    const known = new Map<string, VariantTimes>()
    const times: VariantTimes[] = []
    for (const { spec, config } of plans) {
      const key = JSON.stringify(spec.encoder)
      const { samplesPerSecond } = known.has(key)
        ? { samplesPerSecond: 0 }
        : await this.deps.client.call('measureTraining', {
            ...this.deps.target(),
            spec,
            config,
            forMs: measuredMs,
          })
      const measured = {
        runMs: besidesMs.run,
        epochMs: besidesMs.epoch + (1000 * imagesToTrain) / samplesPerSecond,
      }
      known.set(key, known.get(key) ?? measured)
      times.push(known.get(key)!)
    }
    return epochsThatFit(times, { seeds, leftMs: budgetMs, imagesToTrain })
  }

  /** Of a run that is done. A failure is told in the log: the others are compared without it. */
  private measureSoon(folder: string, { vary }: ExperimentSetup): Promise<void> {
    if (this.asked.has(folder)) return this.measuring.then(() => undefined)
    const measure = async () => {
      const { state } = await readRunInfo(folder)
      if (state !== 'done' || (await readFigures(folder)) !== null) return
      await measureFigures(folder, { clean: vary.what === 'noise', withPca: true }, this.deps.client)
    }
    this.asked.add(folder)
    const next = this.measuring
      .then(measure)
      .catch((error: unknown) => this.deps.log.error(`${basename(folder)} could not be measured.`, error))
      .finally(() => this.asked.delete(folder))
    this.measuring = next
    return next
  }

  private async find(id: string) {
    const { runs: service } = this.deps
    const isPart = (run: RunSummary) => run.experiment?.id === id
    const runs = service
      .listing()
      .items.filter(isPart)
      .sort((a, b) => orderOf(a.experiment!) - orderOf(b.experiment!))
    const first = runs[0]?.experiment
    if (!first) throw new ExpectedError('not-found', sentence('experiments.experimentGoneAllIts'))
    const placed: PlacedRun[] = []
    for (const { id: run, experiment } of runs) {
      const { variant, seed } = experiment!
      placed.push({ variant, seed, folder: await service.folderOf(run) })
    }
    return { runs, placed, setup: await this.setupOf(first, placed) }
  }

  private async setupOf(first: ExperimentOfRun, placed: readonly PlacedRun[]): Promise<ExperimentSetup> {
    const infos = await Promise.all(placed.map(({ folder }) => readRunInfo(folder!)))
    const values = first.values.filter((value) => placed.some(({ variant }) => variant === value))
    const variants = values.map((variant) => {
      const { spec, config, preset, notes } = infos[placed.findIndex((run) => run.variant === variant)]!
      return { variant, spec, config, preset, notes: [...notes] }
    })
    const [info] = infos
    const dataset = await readDatasetInfo(info!.dataset)
    return {
      version: 1,
      title: dataset.name,
      createdAt: info!.createdAt,
      dataset: info!.dataset,
      datasetRevision: revisionOf(dataset),
      vary: { what: first.what, values },
      seeds: first.seeds.filter((seed) => placed.some((run) => run.seed === seed)),
      budgetMs: null,
      epochs: info!.config.epochs,
      variants,
      asked: '',
      spentMs: 0,
    }
  }
}

const orderOf = ({ values, variant, seed }: ExperimentOfRun) => seed * values.length + values.indexOf(variant)

export const experimentHandlers = (experiments: ExperimentService) =>
  roomHandlers('experiments', experiments, { get: ({ id }) => experiments.get(id) })
