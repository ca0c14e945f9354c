import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type {
  DatasetDetail,
  DatasetPreview,
  DatasetSummary,
  PairsPreview,
  PixelBlock,
} from '../../../shared/api/library'
import type { Job } from '../../../shared/api/jobs'
import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { freeName } from '../../../shared/freeName'
import { sampleDefaults } from '../../../shared/sampleKinds'
import { inBackground } from '../../../shared/inBackground'
import { writeFileAtomic } from '../../store/atomicWrite'
import { damagedPictures, datasetFiles } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { EventBus } from '../../base/eventBus'
import type { JobProgress, JobService } from '../../base/jobService'
import { type Library, type LibraryEntry, refuseTaken } from '../../base/library'
import { type Fence, noFence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { RevisedList } from '../../base/revisedList'
import { emptySummary, shownSkippedFiles, sourcesOf, summarizeDataset } from './datasetSummary'
import {
  type ChosenImages,
  chosenBefore,
  importChosen,
  placesOf,
  previewPairs,
  drawing,
  type FindSources,
} from './importChosen'
import type { ImportRequest } from './importDataset'
import { OpenDatasets } from './openDatasets'
import { previewImages } from './previewImages'
import { type DatasetPart, subsetDataset } from './subsetDataset'
import { readThumbnails } from './thumbnails'

export interface DatasetDependencies {
  readonly library: Library
  readonly events: EventBus
  readonly jobs: JobService
  readonly places: PlaceRegistry
  /** What may be read of what is chosen. */
  readonly fence: Fence
  /** Where the sample is drawn: outside of the library, as other people's images are. */
  readonly sampleFolder: string
  /** For what is quick: a preview's noise. */
  readonly client: ComputeClient
  /** Why a dataset cannot be changed or removed now, such as a training that reads it; null when it can. */
  readonly inUse: (id: string) => string | null
}

/** How long it takes at most until a killed import of another process is noticed. */
const lookAgainMs = 5_000

/** The datasets of the library: made by imports, one after the other, looked at, and removed. */
export class DatasetService {
  readonly opened = new OpenDatasets()
  private readonly list: RevisedList<DatasetSummary>
  /** Made for the first time right now, by this process. */
  private readonly importing = new Set<string>()

  private constructor(private readonly deps: DatasetDependencies) {
    this.list = new RevisedList((changes) => deps.events.emit('datasets.changed', changes))
  }

  static async open(deps: DatasetDependencies): Promise<DatasetService> {
    const service = new DatasetService(deps)
    await service.refreshAll()
    deps.library.onChange((change) => {
      if (change === null) inBackground(service.refreshAll())
      else if (change.kind === 'datasets') inBackground(service.refresh(change.id))
    })
    return service
  }

  listing = () => this.list.listing()
  summary = (id: string) => this.list.get(id)
  private names = () => this.list.listing().items.map(({ name }) => name)

  async folderOf(id: string): Promise<string> {
    return (await this.deps.library.find('datasets', id)).folder
  }

  async get(id: string): Promise<DatasetDetail> {
    const entry = await this.deps.library.find('datasets', id)
    const summary = this.importing.has(id) ? this.list.get(id)! : await summarizeDataset(entry)
    if (!summary) throw new ExpectedError('not-found', sentence('datasets.datasetNotWholeImport'))
    const base = {
      preprocessing: preprocessingSchema.parse({}),
      sources: [],
      labelCounts: [],
      skippedFiles: [],
    }
    if (summary.state !== 'ready') return { ...summary, ...base }
    const info = await readDatasetInfo(entry.folder)
    const labelCounts = await this.opened.with(entry.folder, async (_, index) =>
      (await index()).labelCounts(),
    )
    const { preprocessing } = info
    const sources = await sourcesOf(await chosenBefore(entry.folder, info))
    return { ...summary, preprocessing, sources, labelCounts, skippedFiles: shownSkippedFiles(info) }
  }

  /** Starts an import of what was chosen. */
  async import(params: ParsedParams<'datasets.import'>): Promise<{ id: string; job: string }> {
    const sources = params.places.map((place) => this.deps.places.resolve(place))
    const name = params.name ?? basename(sources[0]!)
    const clean = params.clean === undefined ? undefined : this.deps.places.resolve(params.clean)
    const find = async () => ({ sources, clean })
    const { id, job } = await this.startImport(name, 'import', params.preprocessing, find, this.deps.fence)
    return { id, job }
  }

  /** Makes a sample in a folder for its kind and imports it. */
  async importSample(params: ParsedParams<'datasets.importSample'>): Promise<{ id: string; job: string }> {
    const { kind = 'letters', seed } = params
    const { name, count, preprocessing } = sampleDefaults[kind]
    const folder = kind === 'letters' ? this.deps.sampleFolder : `${this.deps.sampleFolder}-${kind}`
    const sample = { kind, seed, count: params.count ?? count }
    const { id, job } = await this.startImport(name, 'sample', preprocessing, drawing(folder, sample))
    return { id, job }
  }

  /** Makes a small sample of digits and letters beside the others; resolves when it is imported. @throws ExpectedError */
  async importLetters(name: string, sample: { count: number; seed: number }): Promise<{ id: string }> {
    const folder = `${this.deps.sampleFolder}-small`
    const draw = drawing(folder, { kind: 'letters', ...sample })
    const { id, ended } = await this.startImport(name, 'sample', sampleDefaults.letters.preprocessing, draw)
    const { state, error } = await ended
    if (state !== 'done') throw new ExpectedError('bad-input', error ?? sentence('datasets.importWasStopped'))
    return { id }
  }

  async reimport({ id, preprocessing }: ParsedParams<'datasets.reimport'>): Promise<{ job: string }> {
    const { folder } = await this.deps.library.find('datasets', id)
    this.refuseInUse(id)
    const info = await readDatasetInfo(folder)
    const { id: job } = this.deps.jobs.start({
      kind: 'import',
      subject: info.name,
      datasetId: id,
      queue: 'import',
      work: async (report, signal) => {
        // It may have waited while the library was moved.
        const { folder } = await this.deps.library.find('datasets', id)
        const chosen = await chosenBefore(folder, info)
        // Where the command line was told to read, outside of what this window shows, it may read again.
        const fence = this.deps.fence.alsoWithin(placesOf(chosen))
        const how = { preprocessing: preprocessing ?? info.preprocessing, fence }
        await this.run({ out: folder, name: info.name, ...chosen, ...how }, report, signal)
        await this.forget(folder)
        await this.refresh(id)
      },
    })
    return { job }
  }

  /** @throws ExpectedError for a name that another dataset has */
  async rename(id: string, name: string): Promise<void> {
    refuseTaken('dataset', id, name, this.list.listing().items)
    const { folder } = await this.deps.library.find('datasets', id)
    const info = { ...(await readDatasetInfo(folder)), name }
    await writeFileAtomic(join(folder, datasetFiles.info), `${JSON.stringify(info, null, 2)}\n`)
    await this.refresh(id)
  }

  /** Into the trash. Resolves to the key that restores it. */
  async remove(id: string): Promise<string> {
    const { folder } = await this.deps.library.find('datasets', id)
    this.refuseInUse(id)
    if (this.importing.has(id) || this.isBeingImported(id))
      throw new ExpectedError('bad-input', sentence('datasets.beingImportedCancelImport'))
    await this.forget(folder)
    const key = await this.deps.library.discard('datasets', id)
    this.list.remove(id)
    return key
  }

  /** What can be shown of it in the file manager. Absolute path. */
  async placeOf({ id, what }: ParsedParams<'datasets.reveal'>): Promise<string> {
    const { folder } = await this.deps.library.find('datasets', id)
    if (what === 'dataset') return folder
    const [source] = (await readDatasetInfo(folder)).sources
    if (source !== undefined && existsSync(source)) return source
    throw new ExpectedError('not-found', sentence('datasets.folderImagesCameFrom'))
  }

  /** A dataset of some images of others; it is there when it is whole. */
  async makeSubset(wanted: string, parts: readonly DatasetPart[]): Promise<{ id: string }> {
    const name = freeName(wanted, this.names())
    const { id, folder } = await this.deps.library.create('datasets', name)
    this.importing.add(id)
    try {
      await subsetDataset(parts, folder, name, this.opened)
    } catch (error) {
      await this.deps.library.remove('datasets', id)
      throw error
    } finally {
      this.importing.delete(id)
    }
    await this.refresh(id)
    return { id }
  }

  async images({ id, label, from, count }: ParsedParams<'datasets.images'>) {
    const folder = await this.folderOf(id)
    return this.opened.with(folder, async (_, index) => (await index()).images(label, from, count))
  }

  async thumbnails(params: ParsedParams<'datasets.thumbnails'>): Promise<PixelBlock> {
    const { id, rows, size, damaged } = params
    const own = await this.folderOf(id)
    const folder = damaged ? damagedPictures(own) : own
    return this.opened.with(folder, (dataset) => readThumbnails(dataset, rows, size))
  }

  async preview(params: ParsedParams<'datasets.preview'>): Promise<DatasetPreview> {
    const { source, preprocessing, noise, count, seed } = params
    const { places, fence } = this.deps
    const paths =
      'places' in source
        ? source.places.map((place) => places.resolve(place))
        : (await readDatasetInfo(await this.folderOf(source.id))).sources
    const allowed = 'places' in source ? fence : fence.alsoWithin(paths)
    const preview = await previewImages(paths, preprocessing, count, allowed)
    return { ...preview, corrupted: await this.corrupt(preview.clean, noise, seed) }
  }

  async previewPairs(params: ParsedParams<'datasets.previewPairs'>): Promise<PairsPreview> {
    const { places, fence } = this.deps
    const [damaged, clean] = [places.resolve(params.damaged), places.resolve(params.clean)]
    return previewPairs(damaged, clean, params.count, fence)
  }

  private async corrupt(
    clean: PixelBlock,
    noise: ParsedParams<'datasets.preview'>['noise'],
    seed: number,
  ): Promise<PixelBlock> {
    if (!noise) return clean
    const { width, height, channels } = clean
    const shape = { height, width, channels: channels < 3 ? 1 : 3 } as const
    const { pixels } = await this.deps.client.call('corrupt', { pixels: clean.data, shape, noise, seed })
    return { ...clean, data: pixels }
  }

  /** Before its files change or go. */
  private async forget(folder: string): Promise<void> {
    for (const one of [folder, damagedPictures(folder)]) await this.opened.forget(one)
  }

  private refuseInUse(id: string): void {
    const why = this.deps.inUse(id)
    if (why !== null) throw new ExpectedError('bad-input', why)
  }

  private isBeingImported(id: string): boolean {
    return this.deps.jobs
      .listing()
      .items.some((job) => job.datasetId === id && (job.state === 'running' || job.state === 'waiting'))
  }

  /** A dataset of its own that is there at once; it goes again when nothing comes of it. */
  private async startImport(
    wanted: string,
    kind: 'import' | 'sample',
    preprocessing: Preprocessing,
    findSources: FindSources,
    fence: Fence = noFence,
  ): Promise<{ id: string; job: string; ended: Promise<Job> }> {
    const name = freeName(wanted, this.names())
    const entry = await this.deps.library.create('datasets', name)
    const { width, height, color } = preprocessing
    const shape = { width, height, channels: color === 'grey' ? 1 : 3 } as const
    this.importing.add(entry.id)
    this.list.set(emptySummary(entry, 'importing', null, shape, name))
    const { id: job, ended } = this.deps.jobs.start({
      kind,
      subject: name,
      datasetId: entry.id,
      queue: 'import',
      work: async (report, signal) => {
        try {
          const chosen = await findSources(report, signal)
          // It may have waited while the library was moved.
          const { folder } = await this.deps.library.find('datasets', entry.id)
          await this.run({ out: folder, name, ...chosen, preprocessing, fence }, report, signal)
        } catch (error) {
          await this.takeBack(entry)
          throw error
        }
        this.importing.delete(entry.id)
        await this.refresh(entry.id)
      },
    })
    return { id: entry.id, job, ended }
  }

  private async run(
    request: Omit<ImportRequest, 'signal' | 'onProgress'> & ChosenImages,
    report: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted()
    await importChosen({ ...request, signal, onProgress: report })
    if (signal.aborted) throw new CancelledError('The import was stopped.')
  }

  private async takeBack({ id }: LibraryEntry): Promise<void> {
    this.importing.delete(id)
    this.list.remove(id)
    const entry = await this.deps.library.find('datasets', id).catch(() => null)
    if (entry) await rm(entry.folder, { recursive: true, force: true })
  }

  private async refresh(id: string): Promise<void> {
    if (this.importing.has(id)) return
    const entry = await this.deps.library.find('datasets', id).catch(() => null)
    const summary = entry && (await summarizeDataset(entry))
    if (summary) this.list.set(summary)
    else this.list.remove(id)
    this.lookAgain(summary)
  }

  private async refreshAll(): Promise<void> {
    const entries = await this.deps.library.entries('datasets')
    const summaries = await Promise.all(
      entries.map((entry) =>
        this.importing.has(entry.id) ? (this.list.get(entry.id) ?? null) : summarizeDataset(entry),
      ),
    )
    this.list.replaceAll(summaries.filter((summary) => summary !== null))
    for (const summary of summaries) this.lookAgain(summary)
  }

  /** Another process imports it; nothing tells when that is killed. */
  private lookAgain(summary: DatasetSummary | null): void {
    if (summary?.state === 'importing' && !this.importing.has(summary.id))
      setTimeout(() => inBackground(this.refresh(summary.id)), lookAgainMs).unref()
  }
}
