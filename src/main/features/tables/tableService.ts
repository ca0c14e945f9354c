import { readdir, rm } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Params, Results } from '../../../shared/api/commands'
import { mayBeTable, type NamedRow, type TableSummary } from '../../../shared/api/tables'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { inBackground } from '../../../shared/inBackground'
import { sentence } from '../../../shared/texts/sentence'
import type { EventBus } from '../../base/eventBus'
import type { Fence } from '../../base/fence'
import type { JobService } from '../../base/jobService'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { RevisedList } from '../../base/revisedList'
import { FreeNames } from '../../store/freeNames'
import type { ComputeClient } from '../../worker/computeClient'
import type { TrainRatingsEvent } from '../ratings/tasks/ratingsTasks'
import type { TrainTableEvent } from './tasks/tableTasks'
import type { Library } from '../../base/library'
import { importRatings } from '../ratings/importRatings'
import { readNames, readRatingsInfo, writeRatingsInfo } from '../../store/ratingsFiles'
import { resumeRatings, trainOnRatings } from '../ratings/trainRatings'
import { mapRatings } from '../ratings/mapRatings'
import { keepTitles } from '../ratings/readTitles'
import { recommendItems, titleOf } from '../ratings/useRatings'
import { fillTable } from './fillTable'
import { importTable } from './importTable'
import { detailOf, summaryOf } from './tableDetail'
import { isTableFolder, readTableInfo, tableFiles, writeTableInfo } from './tableFiles'
import { tableKindOf } from './tableKind'
import { trainOnTable } from './trainTable'
import { tableAnomalies } from './useTable'

export interface TableDependencies {
  readonly library: Library
  readonly events: EventBus
  readonly jobs: JobService
  readonly places: PlaceRegistry
  readonly fence: Fence
  readonly client: ComputeClient
  readonly version: string
}

type Epoch = { readonly epoch: number; readonly epochs: number }

const falseAlarms = 0.01
const shownOdd = 30

/** Tables and ratings of the library, as the window sees them. */
export class TableService {
  private readonly list: RevisedList<TableSummary>
  /** Jobs of the trainings that wait or run, by the table. */
  private readonly training = new Map<string, string>()

  private constructor(private readonly deps: TableDependencies) {
    this.list = new RevisedList((changes) => deps.events.emit('tables.changed', changes))
  }

  static async open(deps: TableDependencies): Promise<TableService> {
    const service = new TableService(deps)
    await service.readAll()
    deps.library.onChange((change) => {
      if (change === null) inBackground(service.readAll())
      else if (change.kind === 'tables') inBackground(service.read(change.id))
    })
    return service
  }

  listing = () => this.list.listing()

  async import({ place, as }: Params<'tables.import'>): Promise<{ id: string }> {
    const { library } = this.deps
    const source = await this.fileAt(place)
    const kind = await tableKindOf(source, as)
    if (!kind)
      throw new ExpectedError('bad-input', sentence('tables.noTableFile', { path: basename(source) }))
    const { id, folder } = await library.create('tables', basename(source, extname(source)))
    try {
      const request = { source, out: folder, overwrite: false }
      await (kind === 'table' ? importTable(request, {}) : importRatings(request, {}))
    } catch (error) {
      await library.remove('tables', id)
      throw error
    }
    await this.read(id)
    return { id }
  }

  async get(id: string): Promise<Results['tables.get']> {
    const { folder } = await this.deps.library.find('tables', id)
    return detailOf(folder, this.list.get(id) ?? (await this.summary(id)))
  }

  async train({ id, budgetMs, resume }: Params<'tables.train'>): Promise<{ job: string }> {
    const { folder } = await this.deps.library.find('tables', id)
    const summary = await this.summary(id)
    if (summary.problem !== null) throw new ExpectedError('bad-input', summary.problem)
    if (this.training.has(id)) throw new ExpectedError('bad-input', sentence('tables.trainingAlready'))
    const { id: job } = this.deps.jobs.start({
      kind: 'train-table',
      subject: summary.name,
      queue: 'tables',
      work: async (report, signal) => {
        try {
          if (!resume) await rm(tableFiles.log(folder), { force: true })
          await this.learn(folder, id, resume ? null : budgetMs, report, signal)
        } finally {
          this.training.delete(id)
          await this.read(id)
        }
      },
    })
    this.training.set(id, job)
    await this.read(id)
    return { job }
  }

  async find({ id, side, text, most = 50 }: Params<'tables.find'>): Promise<Results['tables.find']> {
    const names = await readNames(await this.folderOf(id))
    const wanted = text.toLowerCase()
    const found: NamedRow[] = []
    for (const [row, name] of names[side].entries()) {
      const title = side === 'items' ? titleOf(names, row) : null
      const isWanted = name.toLowerCase().includes(wanted) || title?.toLowerCase().includes(wanted)
      if (isWanted) found.push({ name, title })
      if (found.length >= most) break
    }
    return found
  }

  async titles({ id, place }: Params<'tables.titles'>): Promise<Results['tables.titles']> {
    return { found: await keepTitles(await this.folderOf(id), await this.fileAt(place)) }
  }

  async map({ id, side }: Params<'tables.map'>): Promise<Results['tables.map']> {
    return mapRatings(await this.folderOf(id), side, this.deps)
  }

  async recommend({ id, whom, top }: { id: string; whom: Params<'tables.recommend'>['whom']; top: number }) {
    const { rated, list } = await recommendItems({ model: await this.folderOf(id), top, ...whom }, this.deps)
    return { rated, list }
  }

  async odd({ id, place }: Params<'tables.odd'>): Promise<Results['tables.odd']> {
    const file = place === null ? null : await this.fileAt(place)
    const { rows, threshold } = await tableAnomalies(
      { model: await this.folderOf(id), file, falseAlarms },
      this.deps,
    )
    const odd = rows.filter((row) => row.odd).length
    return { count: rows.length, odd, threshold, rows: rows.slice(0, shownOdd) }
  }

  async fill({ id, place, folder }: Params<'tables.fill'>): Promise<Results['tables.fill']> {
    const { places, fence } = this.deps
    const [file, into] = [await this.fileAt(place), places.resolve(folder)]
    fence.check(into)
    const names = await FreeNames.in(into)
    const name = names.take(`${basename(file, extname(file))}-filled`, extname(file))
    const out = join(into, name)
    const request = { model: await this.folderOf(id), file, out, overwrite: false, rounded: true }
    const { filled } = await fillTable(request, this.deps)
    return { name, cells: filled.reduce((sum, { count }) => sum + count, 0) }
  }

  async rename({ id, name }: Params<'tables.rename'>): Promise<void> {
    const folder = await this.folderOf(id)
    if (isTableFolder(folder)) await writeTableInfo(folder, { ...(await readTableInfo(folder)), name })
    else await writeRatingsInfo(folder, { ...(await readRatingsInfo(folder)), name })
    await this.read(id)
  }

  async remove(id: string): Promise<string> {
    if (this.training.has(id)) throw new ExpectedError('bad-input', sentence('tables.trainingAlready'))
    const undo = await this.deps.library.discard('tables', id)
    this.list.remove(id)
    return undo
  }

  private async learn(
    folder: string,
    id: string,
    budgetMs: number | null, // Null resumes the training that was stopped.
    report: (progress: { phase: string; done: number; total: number }) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, version, events } = this.deps
    const versions = { hourglass: version, node: process.versions.node }
    const common = {
      source: folder,
      run: folder,
      overwrite: false,
      seed: 1,
      tying: 'tied',
      versions,
    } as const
    const tell = (phase: string, series: string, { epoch, epochs }: Epoch, error: number | null) => {
      report({ phase, done: epoch, total: epochs })
      if (error !== null) events.emit('tables.progressed', { id, point: { series, epoch, error } })
    }
    if (!isTableFolder(folder)) {
      const onEvent = (event: TrainRatingsEvent) => {
        if (event.type === 'epoch') tell(event.stage, event.side, event, event.rmse)
      }
      const asked = { ...common, preset: 'ratings', heldShare: 0.1, split: 'random' } as const
      const options = { client, signal, onEvent }
      if (budgetMs === null) await resumeRatings({ run: folder, versions }, options)
      else await trainOnRatings({ ...asked, budgetMs }, options)
      return
    }
    if (budgetMs === null)
      throw new ExpectedError('not-found', sentence('ratings.nothingToResume', { folder }))
    const onEvent = (event: TrainTableEvent) => {
      if (event.type === 'epoch') tell(event.stage, event.stage, event, event.hidden)
    }
    try {
      await trainOnTable({ ...common, budgetMs, validation: 0.1 }, { client, signal, onEvent })
    } catch (error) {
      if (error instanceof CancelledError) await rm(tableFiles.log(folder), { force: true })
      throw error
    }
  }

  private async folderOf(id: string): Promise<string> {
    return (await this.deps.library.find('tables', id)).folder
  }

  /** A chosen file; of a folder the only table in it, as a browser sends single files. */
  private async fileAt(place: string): Promise<string> {
    const path = this.deps.places.resolve(place)
    this.deps.fence.check(path)
    const names = await readdir(path).catch(() => null)
    if (names === null) return path
    const tables = names.filter(mayBeTable)
    if (tables.length === 1) return join(path, tables[0]!)
    throw new ExpectedError('bad-input', sentence('tables.noTableFile', { path: basename(path) }))
  }

  private async summary(id: string): Promise<TableSummary> {
    const entry = await this.deps.library.find('tables', id)
    return summaryOf(entry, this.training.get(id) ?? null)
  }

  private async read(id: string): Promise<void> {
    const summary = await this.summary(id).catch(() => null)
    if (summary) this.list.set(summary)
    else this.list.remove(id)
  }

  private async readAll(): Promise<void> {
    const entries = await this.deps.library.entries('tables')
    this.list.replaceAll(
      await Promise.all(entries.map((entry) => summaryOf(entry, this.training.get(entry.id) ?? null))),
    )
  }
}
