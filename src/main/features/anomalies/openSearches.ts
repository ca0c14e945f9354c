import type { ParsedParams } from '../../../shared/api/commands'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { inBackground } from '../../../shared/inBackground'
import { readRecord, type SearchRecord, writeMarks, writeRecord } from '../../store/anomalyStore'
import type { DatasetService } from '../datasets/datasetService'
import { type LoadedSearch, loadSearch, thresholdOf } from './loadedSearch'

/** Searches that stay in memory. */
const kept = 2

/** The few searches that are being looked at stay in memory, with their scores, marks and names. */
export class OpenSearches {
  private readonly open = new Map<string, Promise<LoadedSearch>>()
  /** One write at a time. */
  private writing: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly datasets: DatasetService,
    private readonly folderOf: (id: string) => Promise<string>,
  ) {}

  /** Its record, scores and marks. @throws ExpectedError where it is not there, or damaged */
  async load(id: string): Promise<LoadedSearch> {
    const known = this.open.get(id)
    if (known) return known
    const loading = this.read(id)
    this.open.set(id, loading)
    loading.catch(() => this.open.delete(id))
    for (const old of [...this.open.keys()].slice(0, -kept)) this.open.delete(old)
    return loading
  }

  /** The same with the names of its images. @throws ExpectedError `outdated` where those are other images by now */
  async named(id: string): Promise<LoadedSearch & { names: NonNullable<LoadedSearch['names']> }> {
    const search = await this.load(id)
    if (search.names) return search as LoadedSearch & { names: NonNullable<LoadedSearch['names']> }
    throw new ExpectedError(
      'outdated',
      sentence('anomalies.imagesChanged', { name: search.record.target.name }),
    )
  }

  async mark({ id, rows, mark }: ParsedParams<'anomalies.mark'>): Promise<void> {
    const { names, marks } = await this.named(id)
    for (const row of rows) {
      const key = names.keys[row]
      if (key === undefined) throw new ExpectedError('not-found', sentence('anomalies.imageNotInSearch'))
      if (mark === null) marks.delete(key)
      else marks.set(key, mark)
    }
    await this.write(async () => writeMarks(await this.folderOf(id), Object.fromEntries(marks)))
  }

  async change(id: string, changes: Partial<SearchRecord>): Promise<SearchRecord> {
    const search = await this.load(id)
    const changed = { ...search.record, ...changes }
    const threshold = thresholdOf(changed)
    changed.odd = search.columns.scores.reduce((sum, score) => sum + Number(score > threshold), 0)
    search.record = changed
    await this.write(async () => writeRecord(await this.folderOf(id), changed))
    return changed
  }

  forget(id: string): void {
    this.open.delete(id)
  }

  /** Those that looked through these datasets, or all. */
  forgetOf(datasets: readonly string[] | null): void {
    for (const [id, loading] of this.open)
      if (datasets === null) this.open.delete(id)
      else
        inBackground(
          loading.then(
            ({ record }) => datasets.includes(record.target.id) && this.open.delete(id),
            () => undefined, // Whoever asked for it is told.
          ),
        )
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.writing
  }

  private async read(id: string): Promise<LoadedSearch> {
    const folder = await this.folderOf(id)
    const { target } = await readRecord(folder)
    const dataset = await this.datasets.folderOf(target.id).catch(() => null)
    return loadSearch(folder, dataset, this.datasets.opened)
  }

  private write(work: () => Promise<void>): Promise<void> {
    const written = this.writing.then(work)
    // A failure is for whoever asked.
    this.writing = written.catch(() => undefined)
    return written
  }
}
