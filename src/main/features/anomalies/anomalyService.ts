import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import type { AnomalyDetail, AnomalyPictures, AnomalySearch } from '../../../shared/api/anomalies'
import type { Begun } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { freeName } from '../../../shared/freeName'
import { inBackground } from '../../../shared/inBackground'
import {
  anomalyFiles,
  readMarks,
  readRecord,
  type SearchRecord,
  writeMarks,
  writeSearch,
} from '../../store/anomalyStore'
import type { Log } from '../../base/log'
import { RevisedList } from '../../base/revisedList'
import type { Library } from '../../base/library'
import { picturesOf } from './anomalyPictures'
import { KeptViews } from './keptViews'
import { detailOf } from './loadedSearch'
import { OpenDetectors } from './openDetectors'
import { OpenSearches } from './openSearches'
import { columnsOf, recordOf } from './searchColumns'
import {
  openSearchAgain,
  type Report,
  type SearchDependencies,
  searchImages,
  sourceOf,
  waitForImport,
} from './searchImages'
import { damagedSearch, summaryOf } from './searchSummary'

export interface AnomalyDependencies extends SearchDependencies {
  readonly library: Library
  readonly log: Log
}

type AskedSearch = Pick<SearchRecord, 'name' | 'createdAt' | 'normal' | 'settings'> & { target: string }

/** Searches for odd images: made as jobs, kept in the library, looked at, marked and removed. */
export class AnomalyService {
  readonly detectors = new OpenDetectors()
  private readonly open: OpenSearches
  private readonly list: RevisedList<AnomalySearch>
  /** Jobs that open the model of a search again. */
  private readonly opening = new Map<string, string>()
  /** Under way in this process. */
  private readonly searching = new Set<string>()

  private constructor(private readonly deps: AnomalyDependencies) {
    this.list = new RevisedList((changes) => deps.events.emit('anomalies.changed', changes))
    this.open = new OpenSearches(deps.datasets, (id) => this.folderOf(id))
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
  named = (id: string) => this.open.named(id)
  mark = (params: ParsedParams<'anomalies.mark'>): Promise<void> => this.open.mark(params)

  async folderOf(id: string): Promise<string> {
    return (await this.deps.library.find('anomalies', id)).folder
  }

  async start(params: ParsedParams<'anomalies.start'>): Promise<{ id: string; job: string }> {
    const { datasets, library, jobs } = this.deps
    const dataset = datasets.summary(params.target)
    if (!dataset) throw new ExpectedError('not-found', sentence('anomalies.datasetGone'))
    const normal = sourceOf(params, this.deps)
    const taken = this.list.listing().items.map(({ name }) => name)
    const name = freeName(params.name ?? dataset.name, taken)
    const { id } = await library.create('anomalies', name)
    const asked = { name, createdAt: new Date().toISOString(), normal, settings: params.settings }
    this.searching.add(id)
    const { id: job } = jobs.start({
      kind: 'anomalies',
      subject: name,
      queue: 'anomalies',
      work: async (report, signal) => {
        try {
          await this.search(id, { ...asked, target: dataset.id }, report, signal)
        } catch (error) {
          await this.takeBack(id)
          throw error
        }
        this.searching.delete(id)
        await this.refresh(id)
      },
    })
    const target = { id: dataset.id, name: dataset.name }
    this.list.set({
      id,
      ...asked,
      target,
      state: 'searching',
      problem: null,
      job,
      count: 0,
      odd: 0,
      watch: null,
    })
    return { id, job }
  }

  /** @throws ExpectedError for one that is still searching, or damaged */
  async get(id: string): Promise<AnomalyDetail> {
    const summary = this.list.get(id)
    if (!summary || summary.state === 'searching')
      throw new ExpectedError('not-found', sentence('anomalies.searchGone'))
    return detailOf(summary, await this.open.load(id))
  }

  async describe({ id, rows }: ParsedParams<'anomalies.describe'>): Promise<Results['anomalies.describe']> {
    const { record } = await this.named(id)
    const folder = await this.deps.datasets.folderOf(record.target.id)
    return this.deps.datasets.opened.with(folder, async (_, index) =>
      (await (await index()).itemsAt(rows)).map(({ row, path, label }) => ({ row, path, label })),
    )
  }

  async view({ id, rows }: ParsedParams<'anomalies.view'>): Promise<AnomalyPictures | Begun> {
    const { names } = await this.named(id)
    const kept = new KeptViews(await this.folderOf(id))
    const views = []
    for (const row of rows) {
      const known = await kept.read(row, names.input)
      const detector = this.detectors.get(id)
      if (!known && !detector) return this.beginOpening(id)
      const view = known ?? (await detector!.view(row))
      if (!known) await kept.keep(row, view).catch((error: unknown) => this.warn(id, error))
      views.push(view)
    }
    return picturesOf(views)
  }

  /** Opens the model of a search again, unless it is open; resolves to the job that does, or null. */
  async ensureOpen(id: string): Promise<Begun | null> {
    await this.named(id)
    return this.detectors.get(id) ? null : this.beginOpening(id)
  }

  /** What counts now: the threshold, the name, which labels are normal. */
  async change(
    id: string,
    changes: Partial<Pick<SearchRecord, 'threshold' | 'name' | 'normalLabels'>>,
  ): Promise<void> {
    this.list.set(this.summarize(id, await this.open.change(id, changes)))
  }

  /** Into the trash. Resolves to the key that restores it. */
  async remove(id: string): Promise<string> {
    if (this.searching.has(id)) throw new ExpectedError('bad-input', sentence('anomalies.stillSearching'))
    await this.detectors.forget(id)
    this.open.forget(id)
    const key = await this.deps.library.discard('anomalies', id)
    this.list.remove(id)
    return key
  }

  /** @throws ExpectedError where no model was trained for it */
  async keepModel({ id, name }: ParsedParams<'anomalies.keepModel'>): Promise<{ id: string; name: string }> {
    const folder = await this.folderOf(id)
    const { normal } = await readRecord(folder)
    if (normal.kind === 'model') throw new ExpectedError('bad-input', sentence('anomalies.modelThereAlready'))
    return this.deps.models.keepFolder(join(folder, anomalyFiles.run), name)
  }

  /** Replaces what a summary says of a watched folder. */
  setWatch(id: string, watch: AnomalySearch['watch']): void {
    const summary = this.list.get(id)
    if (summary) this.list.set({ ...summary, watch })
  }

  async close(): Promise<void> {
    await this.open.close()
    await this.detectors.close()
  }

  private async search(
    id: string,
    { name, createdAt, normal, settings, target: dataset }: AskedSearch,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    await waitForImport(this.deps, dataset, report, signal)
    if (normal.kind === 'dataset') await waitForImport(this.deps, normal.id, report, signal)
    const { id: target, name: of, revision } = await this.deps.datasets.get(dataset)
    const subject = { normal, settings, target: { id: target, name: of, revision } }
    const folder = await this.folderOf(id)
    const found = await searchImages(this.deps, folder, subject, report, signal)
    try {
      await writeMarks(folder, await this.earlierMarks(target))
      const record = recordOf(found.result, { name, createdAt, ...subject })
      await found.keep(join(folder, anomalyFiles.detector)).catch((error: unknown) => {
        this.deps.log.warn(`What “${name}” knows could not be kept: ${(error as Error).message}`)
      })
      await writeSearch(folder, record, columnsOf(found))
    } catch (error) {
      await found.close()
      throw error
    }
    await this.detectors.add(id, found)
  }

  /** One job for the same search, however often it is asked. */
  private beginOpening(id: string): Begun {
    const running = this.opening.get(id)
    if (running !== undefined) return { job: running }
    const { id: job, ended } = this.deps.jobs.start({
      kind: 'anomalies',
      subject: this.list.get(id)!.name,
      queue: 'anomalies',
      work: async (report, signal) => {
        const { record, columns } = await this.named(id)
        const folder = await this.folderOf(id)
        const subject = { ...record, heldOut: Uint32Array.from(columns.heldOut) }
        await this.detectors.add(id, await openSearchAgain(this.deps, folder, subject, report, signal))
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

  private warn(id: string, error: unknown): void {
    this.deps.log.warn(`A picture of the search ${id} could not be kept: ${(error as Error).message}`)
  }

  private async takeBack(id: string): Promise<void> {
    this.searching.delete(id)
    this.list.remove(id)
    await this.deps.library.remove('anomalies', id).catch(() => undefined) // It is gone already.
  }

  private summarize(id: string, record: SearchRecord): AnomalySearch {
    const isThere = this.deps.datasets.summary(record.target.id) !== undefined
    return summaryOf(id, record, isThere, this.list.get(id)?.watch ?? null)
  }

  private datasetsChanged(ids: readonly string[]): void {
    this.open.forgetOf(ids)
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
    this.open.forgetOf(null)
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
      return this.summarize(id, await readRecord(folder))
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
