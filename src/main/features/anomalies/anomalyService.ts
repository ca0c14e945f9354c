import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import type {
  AnomalyDetail,
  AnomalyPictures,
  AnomalySearch,
  NormalSource,
} from '../../../shared/api/anomalies'
import type { Begun } from '../../../shared/api/latent'
import { anomalySettingsSchema } from '../../../shared/anomalies'
import { ExpectedError } from '../../../shared/errors'
import { freeName } from '../../../shared/freeName'
import { inBackground } from '../../../shared/inBackground'
import {
  anomalyFiles,
  readMarks,
  readRecord,
  type SearchRecord,
  writeMarks,
  writeRecord,
  writeSearch,
} from '../../store/anomalyStore'
import { runFiles } from '../../store/runStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { DatasetService } from '../datasets/datasetService'
import type { EventBus } from '../../base/eventBus'
import type { JobProgress, JobService } from '../../base/jobService'
import type { Library } from '../library/library'
import type { Log } from '../../base/log'
import type { ModelService } from '../models/modelService'
import { RevisedList } from '../../base/revisedList'
import { picturesOf } from './anomalyPictures'
import type { AnomalyPhase, findAnomalies, FoundAnomalies } from './findAnomalies'
import { detailOf, type LoadedSearch, loadSearch, thresholdOf } from './loadedSearch'
import { OpenDetectors } from './openDetectors'
import { columnsOf, recordOf } from './searchColumns'

export interface AnomalyDependencies {
  readonly library: Library
  readonly events: EventBus
  readonly jobs: JobService
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly log: Log
  readonly client: ComputeClient
  readonly target: () => ComputeTarget
  readonly find: typeof findAnomalies
}

type Report = (progress: JobProgress) => void

/** Searches that stay in memory. */
const keptSearches = 2

/** Searches for odd images: made as jobs, kept in the library, looked at, marked and removed. */
export class AnomalyService {
  readonly detectors = new OpenDetectors()
  private readonly list: RevisedList<AnomalySearch>
  private readonly loaded = new Map<string, Promise<LoadedSearch>>()
  private readonly opening = new Map<string, string>()
  /** Under way in this process. */
  private readonly searching = new Set<string>()
  /** One write at a time to the files of a search. */
  private writing: Promise<unknown> = Promise.resolve()

  private constructor(readonly deps: AnomalyDependencies) {
    this.list = new RevisedList((changes) => deps.events.emit('anomalies.changed', changes))
  }

  static async open(deps: AnomalyDependencies): Promise<AnomalyService> {
    const service = new AnomalyService(deps)
    await service.clearNeverFinished()
    await service.refreshAll()
    deps.library.onChange((change) => {
      if (change === null) inBackground(service.refreshAll())
      else if (change.kind === 'anomalies') inBackground(service.refresh(change.id))
    })
    deps.events.on('datasets.changed', ({ changed, removed }) =>
      service.datasetsChanged([...changed.map(({ id }) => id), ...removed]),
    )
    return service
  }

  listing = () => this.list.listing()
  summary = (id: string) => this.list.get(id)

  async folderOf(id: string): Promise<string> {
    return (await this.deps.library.find('anomalies', id)).folder
  }

  async start(params: ParsedParams<'anomalies.start'>): Promise<{ id: string; job: string }> {
    const { datasets, library, jobs } = this.deps
    const dataset = datasets.summary(params.target)
    if (!dataset) throw new ExpectedError('not-found', 'That dataset is not in the library any more.')
    const normal = this.sourceOf(params)
    const taken = this.list.listing().items.map(({ name }) => name)
    const name = freeName(params.name ?? dataset.name, taken)
    const entry = await library.create('anomalies', name)
    const createdAt = new Date().toISOString()
    const { settings } = params
    this.searching.add(entry.id)
    const { id: job } = jobs.start({
      kind: 'anomalies',
      subject: name,
      queue: 'anomalies',
      work: async (report, signal) => {
        try {
          await this.search(
            entry.id,
            { name, createdAt, normal, settings, target: params.target },
            report,
            signal,
          )
        } catch (error) {
          await this.takeBack(entry.id)
          throw error
        }
        this.searching.delete(entry.id)
        await this.refresh(entry.id)
      },
    })
    this.list.set({
      ...{ id: entry.id, name, createdAt, state: 'searching', problem: null, job, normal, settings },
      target: { id: dataset.id, name: dataset.name },
      ...{ count: 0, odd: 0, watch: null },
    })
    return { id: entry.id, job }
  }

  /** @throws ExpectedError for one that is still searching, or damaged */
  async get(id: string): Promise<AnomalyDetail> {
    const search = await this.load(id)
    return detailOf(this.list.get(id)!, search)
  }

  async describe({ id, rows }: ParsedParams<'anomalies.describe'>): Promise<Results['anomalies.describe']> {
    const { record } = await this.named(id)
    const folder = await this.deps.datasets.folderOf(record.target.id)
    return this.deps.datasets.opened.with(folder, async (_, index) =>
      (await (await index()).itemsAt(rows)).map(({ row, path, label }) => ({ row, path, label })),
    )
  }

  async view({ id, rows }: ParsedParams<'anomalies.view'>): Promise<AnomalyPictures | Begun> {
    await this.named(id)
    const detector = this.detectors.get(id)
    if (!detector) return this.beginOpening(id)
    const views = []
    for (const row of rows) views.push(await detector.view(row))
    return picturesOf(views)
  }

  /** Opens the model of a search again, unless it is open; resolves to the job that does, or null. */
  async ensureOpen(id: string): Promise<Begun | null> {
    await this.named(id)
    return this.detectors.get(id) ? null : this.beginOpening(id)
  }

  async mark({ id, rows, mark }: ParsedParams<'anomalies.mark'>): Promise<void> {
    const { names, marks } = await this.named(id)
    for (const row of rows) {
      const key = names!.keys[row]
      if (key === undefined) throw new ExpectedError('not-found', 'That image is not in this search.')
      if (mark === null) marks.delete(key)
      else marks.set(key, mark)
    }
    await this.write(async () => writeMarks(await this.folderOf(id), Object.fromEntries(marks)))
  }

  setThreshold = ({ id, threshold }: ParsedParams<'anomalies.setThreshold'>): Promise<void> =>
    this.change(id, { threshold })

  setNormalLabels = ({ id, labels }: ParsedParams<'anomalies.setNormalLabels'>): Promise<void> =>
    this.change(id, { normalLabels: labels })

  rename = (id: string, name: string): Promise<void> => this.change(id, { name })

  /** Into the trash. Resolves to the key that restores it. */
  async remove(id: string): Promise<string> {
    const summary = this.list.get(id)
    if (summary?.state === 'searching')
      throw new ExpectedError('bad-input', 'It is still searching. Stop it first.')
    await this.detectors.forget(id)
    this.loaded.delete(id)
    const key = await this.deps.library.discard('anomalies', id)
    this.list.remove(id)
    return key
  }

  /** @throws ExpectedError where no model was trained for it */
  async keepModel({ id, name }: ParsedParams<'anomalies.keepModel'>): Promise<{ id: string; name: string }> {
    const { normal } = await readRecord(await this.folderOf(id))
    if (normal.kind === 'model')
      throw new ExpectedError('bad-input', 'This search used a model of the library, which is there already.')
    return this.deps.models.keepFolder(join(await this.folderOf(id), anomalyFiles.run), name)
  }

  /** Replaces what a summary says of a watched folder. */
  setWatch(id: string, watch: AnomalySearch['watch']): void {
    const summary = this.list.get(id)
    if (summary) this.list.set({ ...summary, watch })
  }

  /** Its record, scores and marks. @throws ExpectedError where it is not there, searching or damaged */
  async load(id: string): Promise<LoadedSearch> {
    if (this.searching.has(id)) throw new ExpectedError('not-found', 'It is still searching.')
    const known = this.loaded.get(id)
    if (known) return known
    const loading = this.read(id)
    this.loaded.set(id, loading)
    loading.catch(() => this.loaded.delete(id))
    for (const old of [...this.loaded.keys()].slice(0, -keptSearches)) this.loaded.delete(old)
    return loading
  }

  /** The same with the names of its images. @throws ExpectedError `outdated` where those are other images by now */
  async named(id: string): Promise<LoadedSearch> {
    const search = await this.load(id)
    if (search.names) return search
    throw new ExpectedError(
      'outdated',
      `The images of “${search.record.target.name}” have changed or were removed since this search. Search again.`,
    )
  }

  async close(): Promise<void> {
    await this.writing
    await this.detectors.close()
  }

  private async read(id: string): Promise<LoadedSearch> {
    const folder = await this.folderOf(id)
    const { target } = await readRecord(folder)
    const dataset = await this.deps.datasets.folderOf(target.id).catch(() => null)
    return loadSearch(folder, dataset, this.deps.datasets.opened)
  }

  private async change(id: string, changes: Partial<SearchRecord>): Promise<void> {
    const search = await this.load(id)
    search.record = { ...search.record, ...changes }
    const threshold = thresholdOf(search.record)
    search.record.odd = search.columns.scores.reduce((sum, score) => sum + Number(score > threshold), 0)
    await this.write(async () => writeRecord(await this.folderOf(id), search.record))
    this.list.set(this.summaryOf(id, search.record))
  }

  private write(work: () => Promise<void>): Promise<void> {
    const written = this.writing.then(work)
    // A failure is for whoever asked.
    this.writing = written.catch(() => undefined)
    return written
  }

  private sourceOf({ normal, target }: ParsedParams<'anomalies.start'>): NormalSource {
    const { datasets, models } = this.deps
    if (normal.kind === 'itself')
      return { kind: 'itself', id: target, name: datasets.summary(target)?.name ?? target }
    const list = normal.kind === 'dataset' ? datasets.listing().items : models.listing().items
    const found = list.find(({ id }) => id === normal.id)
    if (!found)
      throw new ExpectedError('not-found', 'What is normal was removed from the library. Choose again.')
    return { kind: normal.kind, id: found.id, name: found.name }
  }

  private async search(
    id: string,
    asked: Pick<SearchRecord, 'name' | 'createdAt' | 'normal' | 'settings'> & { target: string },
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const { datasets } = this.deps
    await this.imported(asked.target, report, signal)
    const dataset = await datasets.get(asked.target)
    if (asked.normal.kind === 'dataset') await this.imported(asked.normal.id, report, signal)
    const target = { id: dataset.id, name: dataset.name, revision: dataset.revision }
    const { normal, settings, name, createdAt } = asked
    const found = await this.find(id, { normal, settings, target: target.id }, report, signal)
    try {
      const folder = await this.folderOf(id)
      await writeMarks(folder, await this.earlierMarks(target.id))
      const record = recordOf(found.result, { name, createdAt, target, normal })
      await writeSearch(folder, record, columnsOf(found.result))
    } catch (error) {
      await found.close()
      throw error
    }
    await this.detectors.add(id, found)
  }

  /** Trains where there is no model yet, and scores. The caller closes what was found. */
  private async find(
    id: string,
    { normal, settings, target }: Pick<SearchRecord, 'normal' | 'settings'> & { target: string },
    report: Report,
    signal: AbortSignal,
  ): Promise<FoundAnomalies> {
    const { client, datasets, models, find } = this.deps
    const run = join(await this.folderOf(id), anomalyFiles.run)
    const trained = existsSync(runFiles.info(run))
    const images = await datasets.folderOf(target)
    const fit =
      normal.kind === 'itself'
        ? images
        : normal.kind === 'dataset'
          ? await datasets.folderOf(normal.id)
          : null
    let now: AnomalyPhase = 'training'
    const model = normal.kind === 'model' ? await models.folderOf(normal.id) : trained ? run : null
    return find(
      { ...settings, ...this.deps.target(), model, fit, target: [images], normal: null, run },
      {
        ...{ client, signal },
        onPhase: (phase) => {
          now = phase
          report({ phase, done: 0, total: 0 })
        },
        onTraining: (event) => {
          if (event.type !== 'progress') return
          const { epoch, epochs, batch, batches } = event
          report({ phase: 'training', done: (epoch - 1) * batches + batch, total: epochs * batches })
        },
        onProgress: (done, total) => report({ phase: now, done, total }),
      },
    )
  }

  /** One job for the same search, however often it is asked. */
  private beginOpening(id: string): Begun {
    const running = this.opening.get(id)
    if (running !== undefined) return { job: running }
    const { name } = this.list.get(id)!
    const { id: job, ended } = this.deps.jobs.start({
      ...{ kind: 'anomalies', subject: name, queue: 'anomalies' },
      work: async (report, signal) => {
        const { record } = await this.named(id)
        const { normal, settings, target } = record
        await this.detectors.add(
          id,
          await this.find(id, { normal, settings, target: target.id }, report, signal),
        )
      },
    })
    this.opening.set(id, job)
    inBackground(ended.finally(() => this.opening.delete(id)))
    return { job }
  }

  /** Marks of the newest search of the same images. */
  private async earlierMarks(target: string) {
    const same = this.list
      .listing()
      .items.filter((item) => item.target.id === target && item.state === 'ready')
    const newest = same.sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]
    return newest ? readMarks(await this.folderOf(newest.id)) : {}
  }

  /** Waits for an import of the dataset. @throws ExpectedError where nothing comes of it */
  private async imported(dataset: string, report: Report, signal: AbortSignal): Promise<void> {
    const { jobs, events, datasets } = this.deps
    const isUnderWay = () =>
      jobs
        .listing()
        .items.some(
          (job) => job.datasetId === dataset && (job.state === 'running' || job.state === 'waiting'),
        )
    if (isUnderWay()) {
      report({ phase: 'importing', done: 0, total: 0 })
      await new Promise<void>((resolve, reject) => {
        const stop = events.on('jobs.changed', () => {
          if (isUnderWay()) return
          stop()
          resolve()
        })
        signal.addEventListener('abort', () => {
          stop()
          reject(new Error('Stopped.'))
        })
      })
    }
    signal.throwIfAborted()
    if (datasets.summary(dataset)?.state !== 'ready')
      throw new ExpectedError('not-found', 'The images could not be imported, so there is nothing to search.')
  }

  private async takeBack(id: string): Promise<void> {
    this.searching.delete(id)
    this.list.remove(id)
    await this.deps.library.remove('anomalies', id).catch(() => undefined) // It is gone already.
  }

  private summaryOf(id: string, record: SearchRecord): AnomalySearch {
    const { name, createdAt, target, normal, settings, count, odd } = record
    const isThere = this.deps.datasets.summary(target.id) !== undefined
    return {
      ...{ id, name, createdAt, state: 'ready', problem: null, job: null, normal, settings, count, odd },
      target: { id: isThere ? target.id : null, name: target.name },
      watch: this.list.get(id)?.watch ?? null,
    }
  }

  private datasetsChanged(ids: readonly string[]): void {
    for (const [id, loading] of this.loaded)
      inBackground(
        loading.then(
          ({ record }) => ids.includes(record.target.id) && this.loaded.delete(id),
          () => undefined, // Whoever asked for it is told.
        ),
      )
    for (const { id, target, state } of this.list.listing().items)
      if (state === 'ready' && (target.id === null || ids.includes(target.id))) inBackground(this.refresh(id))
  }

  private async refresh(id: string): Promise<void> {
    if (this.searching.has(id)) return
    const summary = await this.readSummary(id)
    if (summary) this.list.set(summary)
    else this.list.remove(id)
  }

  private async refreshAll(): Promise<void> {
    this.loaded.clear()
    await this.detectors.close()
    const entries = await this.deps.library.entries('anomalies')
    const summaries = await Promise.all(
      entries.map(({ id }) => (this.searching.has(id) ? this.list.get(id)! : this.readSummary(id))),
    )
    this.list.replaceAll(summaries.filter((summary) => summary !== null))
  }

  /** Null where there is none. */
  private async readSummary(id: string): Promise<AnomalySearch | null> {
    const folder = await this.folderOf(id).catch(() => null)
    if (folder === null) return null
    try {
      return this.summaryOf(id, await readRecord(folder))
    } catch (error) {
      this.deps.log.warn(`The search ${id} cannot be read: ${(error as Error).message}`)
      return damagedSearch(id, (error as Error).message)
    }
  }

  /** What a crash left of searches that had found nothing yet. */
  private async clearNeverFinished(): Promise<void> {
    for (const { id, folder, external } of await this.deps.library.entries('anomalies'))
      if (!external && !existsSync(join(folder, anomalyFiles.record)))
        await this.deps.library.remove('anomalies', id).catch(() => undefined) // It stays, and shows as damaged.
  }
}

function damagedSearch(id: string, problem: string): AnomalySearch {
  return {
    ...{ id, name: id, createdAt: new Date(0).toISOString(), state: 'damaged', problem, job: null },
    target: { id: null, name: '' },
    normal: { kind: 'itself', id: '', name: '' },
    settings: anomalySettingsSchema.parse({}),
    ...{ count: 0, odd: 0, watch: null },
  }
}
