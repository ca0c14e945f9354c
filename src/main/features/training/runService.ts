import { join } from 'node:path'
import type { RunDetail, RunProgress, RunSamples, RunSnapshot, RunSummary } from '../../../shared/api/library'
import { revisionOf } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { inBackground } from '../../../shared/inBackground'
import type { EpochMetrics, RunInfo } from '../../../shared/run'
import { readAbout, writeAbout } from '../../store/aboutStore'
import { writeFileAtomic } from '../../store/atomicWrite'
import { readDatasetInfo } from '../../store/datasetStore'
import { readSnapshot, readSnapshotImages, snapshotEpochs } from '../../store/historyStore'
import { MetricsTail } from '../../store/metricsTail'
import { isAlive, isCurrent } from '../../store/processIdentity'
import { appendLog, readLog, type RunLogEntry } from '../../store/runLog'
import { readMetrics, readRunInfo, writeRunInfo } from '../../store/runStore'
import type { OpenDatasets } from '../datasets/openDatasets'
import type { EventBus } from '../../base/eventBus'
import { FreeNames } from '../../store/freeNames'
import { type Library, type LibraryEntry, refuseTaken, slugOf } from '../../base/library'
import type { Log } from '../../base/log'
import type { AnimationFormat } from '../../base/drawing/animation'
import { RevisedList } from '../../base/revisedList'
import { animateMap, type MapOfEpoch } from './mapAnimation'
import { samplesOf, snapshotOf } from './runPictures'
import { damagedRun, summaryOfRun } from './runSummary'

/** What is only known while a run trains in this process. */
export interface LiveRun {
  readonly asked: RunSummary['asked']
  readonly progress: RunProgress | null
}

export interface RunDependencies {
  readonly library: Library
  readonly events: EventBus
  readonly log: Log
  readonly opened: OpenDatasets
  /** The name of a dataset that is being imported for the first time; null for any other. */
  readonly nameOfNewDataset: (id: string) => string | null
}

/** A run's summary is sent at most this often while only its figures change. */
const summaryEveryMs = 1000
/** Windows are told how far a training is this often: each message wakes several processes of a browser. */
const progressEveryMs = 250

/** The runs of the library as their folders say, and those that train here or elsewhere as they go on. */
export class RunService {
  private readonly list: RevisedList<RunSummary>
  private readonly tails = new Map<string, MetricsTail>()
  private readonly live = new Map<string, LiveRun>()
  private progressToldAt = -Infinity
  private readonly refreshing = new Map<string, Promise<void>>()
  private readonly told = new Map<string, { at: number; timer: NodeJS.Timeout | null }>()

  private constructor(private readonly deps: RunDependencies) {
    this.list = new RevisedList((changes) => deps.events.emit('runs.changed', changes))
  }

  /** Runs that nobody trains any more are marked interrupted. */
  static async open(deps: RunDependencies): Promise<RunService> {
    const service = new RunService(deps)
    await service.refreshAll()
    deps.library.onChange((change) => {
      if (change === null) service.quietly('The runs', service.refreshAll())
      else if (change.kind === 'runs') service.quietly(change.id, service.changedOnDisk(change.id))
    })
    deps.events.on('datasets.changed', ({ changed, removed }) => {
      const ids = new Set([...removed, ...changed.map(({ id }) => id)])
      for (const { id, datasetId } of service.list.listing().items)
        // One without a dataset may have it again.
        if (datasetId === null || ids.has(datasetId)) service.quietly(id, service.refresh(id))
    })
    return service
  }

  listing = () => this.list.listing()
  summary = (id: string) => this.list.get(id)
  names = () => this.list.listing().items.map(({ name }) => name)

  async folderOf(id: string): Promise<string> {
    return (await this.deps.library.find('runs', id)).folder
  }

  /** It trains here now, or not any more (null). Told at once. */
  async setLive(id: string, live: LiveRun | null): Promise<void> {
    if (live) this.live.set(id, live)
    else this.live.delete(id)
    await this.refresh(id)
  }

  /** How far it is, which the list does not tell. */
  setProgress(id: string, progress: RunProgress): void {
    const live = this.live.get(id)
    if (live) this.live.set(id, { ...live, progress })
    const now = performance.now()
    const isNewPhase = live?.progress?.phase !== progress.phase
    if (!isNewPhase && now - this.progressToldAt < progressEveryMs) return
    this.progressToldAt = now
    this.deps.events.emit('training.progressed', { run: id, progress })
  }

  /** Null of a run that does not train here. */
  progressOf(id: string): RunProgress | null {
    return this.live.get(id)?.progress ?? null
  }

  pictured(id: string): void {
    this.deps.events.emit('training.pictured', { run: id })
  }

  epochEnded(id: string, metrics: EpochMetrics, hasSnapshot: boolean): void {
    this.deps.events.emit('training.epochEnded', { run: id, metrics, hasSnapshot })
    this.refreshSoon(id)
  }

  /** A line of its log. Never rejects: nobody waits for it, and it ends no training. */
  async say(id: string, level: RunLogEntry['level'], text: string): Promise<void> {
    const entry = { at: new Date().toISOString(), level, text }
    try {
      await appendLog(await this.folderOf(id), entry)
    } catch (error) {
      // A full disk, which stops the training and says so, or a folder that was deleted.
      this.deps.log.error(`The log of ${id} could not be written.`, error)
    }
    this.deps.events.emit('training.logged', { run: id, entry })
  }

  async get(id: string): Promise<RunDetail> {
    const entry = await this.deps.library.find('runs', id)
    const summary = await this.summarize(entry)
    if (summary.state === 'damaged') {
      const nothing = { metrics: [], progress: null, log: [], versions: {}, remarks: [], snapshotEpochs: [] }
      return { ...summary, ...nothing }
    }
    const info = await readRunInfo(entry.folder)
    return {
      ...summary,
      metrics: await readMetrics(entry.folder),
      progress: this.progressOf(id),
      log: await readLog(entry.folder),
      versions: info.versions,
      remarks: info.notes,
      snapshotEpochs: await snapshotEpochs(entry.folder),
    }
  }

  /** @throws ExpectedError before its first epoch */
  async samples(id: string): Promise<RunSamples> {
    const folder = await this.folderOf(id)
    const images = await readSnapshotImages(folder).catch(() => {
      throw new ExpectedError('not-found', sentence('training.noPicturesRunYet'))
    })
    const { dataset, datasetRevision } = await readRunInfo(folder)
    const mapLabels = await this.labelsOf(dataset, datasetRevision, images.codeRows)
    return samplesOf(images, { mapLabels, datasetRevision })
  }

  async snapshot(id: string, epoch: number): Promise<RunSnapshot> {
    const folder = await this.folderOf(id)
    const snapshot = await readSnapshot(folder, epoch).catch(() => {
      throw new ExpectedError('not-found', sentence('training.epochLeftNoPictures', { epoch }))
    })
    return snapshotOf(epoch, snapshot)
  }

  /** How the map of its codes went over the epochs, as an animation in a folder. @returns the file's name */
  async saveMapAnimation(id: string, format: AnimationFormat, folder: string): Promise<string> {
    const { mapLabels } = await this.samples(id)
    const run = await this.folderOf(id)
    const maps: MapOfEpoch[] = []
    for (const epoch of await snapshotEpochs(run)) {
      const { map } = await readSnapshot(run, epoch)
      if (map) maps.push({ epoch, points: map.data })
    }
    const bytes = await animateMap(maps, mapLabels, format)
    const name = (await FreeNames.in(folder)).take(`${slugOf(id, 'run')}-map`, `.${format}`)
    await writeFileAtomic(join(folder, name), bytes)
    return name
  }

  /** @throws ExpectedError for a name that another run has */
  async describe(id: string, changes: { name?: string; notes?: string }): Promise<void> {
    if (changes.name !== undefined) refuseTaken('run', id, changes.name, this.list.listing().items)
    await writeAbout(await this.folderOf(id), changes)
    await this.refresh(id)
  }

  /** Into the trash. Resolves to the key that restores it. @throws ExpectedError while it trains */
  async remove(id: string): Promise<string> {
    const summary = this.list.get(id)
    if (this.live.has(id) || (summary?.state === 'training' && summary.elsewhere))
      throw new ExpectedError('bad-input', sentence('training.runTrainingStopBefore'))
    const key = await this.deps.library.discard('runs', id)
    this.forget(id)
    return key
  }

  /** One after the other for each run, or an older look at its files could replace a newer one. */
  refresh(id: string): Promise<void> {
    const before = this.refreshing.get(id) ?? Promise.resolve()
    const next = before.then(() => this.refreshNow(id))
    // A failure is for whoever asked; the next refresh is not concerned.
    const settled = next.catch(() => undefined)
    this.refreshing.set(id, settled)
    inBackground(settled.then(() => this.refreshing.get(id) === settled && this.refreshing.delete(id)))
    return next
  }

  private async refreshNow(id: string): Promise<void> {
    const entry = await this.deps.library.find('runs', id).catch(() => null)
    if (!entry) return this.forget(id)
    this.told.set(id, { at: performance.now(), timer: null })
    this.list.set(await this.summarize(entry))
    // Of a run of our own the worker has told already.
    if (this.live.has(id)) this.tails.get(id)?.takeAdded()
  }

  private forget(id: string): void {
    this.tails.delete(id)
    this.list.remove(id)
  }

  private refreshSoon(id: string): void {
    const told = this.told.get(id) ?? { at: -Infinity, timer: null }
    if (told.timer) return
    const wait = Math.max(0, told.at + summaryEveryMs - performance.now())
    const timer = setTimeout(() => this.quietly(id, this.refresh(id)), wait)
    this.told.set(id, { ...told, timer })
  }

  /** What nobody waits for, such as a look at a run whose folder cannot be read just now. */
  private quietly(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.deps.log.error(`${what} could not be brought up to date.`, error))
  }

  /** Its own changes are known here already; those of another process are told as if they were. */
  private async changedOnDisk(id: string): Promise<void> {
    if (this.live.has(id)) return
    await this.refresh(id)
    const added = this.tails.get(id)?.takeAdded() ?? []
    if (!this.list.get(id)?.elsewhere || added.length === 0) return
    const pictured = new Set(await snapshotEpochs(await this.folderOf(id)))
    for (const metrics of added) {
      const hasSnapshot = pictured.has(metrics.epoch)
      this.deps.events.emit('training.epochEnded', { run: id, metrics, hasSnapshot })
    }
  }

  private async refreshAll(): Promise<void> {
    const entries = await this.deps.library.entries('runs')
    this.list.replaceAll(await Promise.all(entries.map((entry) => this.summarize(entry))))
  }

  private async summarize(entry: LibraryEntry): Promise<RunSummary> {
    try {
      const info = await this.currentInfo(entry)
      const live = this.live.get(entry.id)
      return summaryOfRun({
        entry,
        info: live && info.state !== 'training' ? { ...info, state: 'training', error: null } : info,
        about: await readAbout(entry.folder),
        metrics: await this.tailOf(entry).read(),
        dataset: await this.datasetOf(info),
        asked: live?.asked ?? null,
        elsewhere: isUnderWay(info) && !this.live.has(entry.id),
      })
    } catch (error) {
      // Whatever it is: one run that cannot be read keeps no other one from being listed.
      if (!(error instanceof ExpectedError)) this.deps.log.error(`${entry.folder} cannot be read.`, error)
      return damagedRun(entry, (error as Error).message)
    }
  }

  /** A run that counts as training although nobody trains it was interrupted. */
  private async currentInfo({ id, folder }: LibraryEntry): Promise<RunInfo> {
    const isTrained = (info: RunInfo) => !isUnderWay(info) || this.live.has(id) || isTrainedElsewhere(info)
    const before = await readRunInfo(folder)
    if (isTrained(before)) return before
    // It may have come to its end while it was read. Nobody trains it now: what is read from here on is the last word.
    const info = await readRunInfo(folder)
    if (isTrained(info)) return info
    const error =
      'The training was cut off, by a crash or a power failure. Resume it: nothing that was saved is lost.'
    const interrupted: RunInfo = { ...info, state: 'interrupted', error, owner: null }
    await writeRunInfo(folder, interrupted).catch((failure: unknown) =>
      this.deps.log.error(`${folder} could not be marked as interrupted.`, failure),
    )
    return interrupted
  }

  private async datasetOf({ dataset }: RunInfo): Promise<{ id: string | null; name: string }> {
    const id = await this.deps.library.idOf('datasets', dataset)
    const info = await readDatasetInfo(dataset).catch(() => null)
    const importing = id !== null && info === null ? this.deps.nameOfNewDataset(id) : null
    if (importing !== null) return { id, name: importing }
    return { id: info ? id : null, name: info?.name ?? dataset.split(/[/\\]/).at(-1)! }
  }

  private tailOf({ id, folder }: LibraryEntry): MetricsTail {
    let tail = this.tails.get(id)
    // The library may have been moved.
    if (tail?.run !== folder) this.tails.set(id, (tail = new MetricsTail(folder)))
    return tail
  }

  /** None where the dataset has been imported again: its rows are other images. */
  private async labelsOf(
    dataset: string,
    revision: string | null,
    rows: Int32Array,
  ): Promise<(string | null)[]> {
    try {
      return await this.deps.opened.with(dataset, async ({ info }, index) => {
        if (revision !== null && revision !== revisionOf(info)) return Array.from(rows, () => null)
        const labels = await index()
        return Array.from(rows, (row) => labels.labelOf(row))
      })
    } catch {
      return Array.from(rows, () => null) // The dataset is gone; its pictures are not.
    }
  }
}

const isUnderWay = ({ state }: RunInfo) => state === 'training' || state === 'created'
const isTrainedElsewhere = ({ owner }: RunInfo) => owner !== null && !isCurrent(owner) && isAlive(owner)
