import { basename } from 'node:path'
import type { DenoiseBatch, DenoiseControls, DenoisePicture } from '../../../shared/api/denoising'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { partialPath } from '../../store/atomicWrite'
import { UnusableImage } from '../pictures/unusableImage'
import type { Log } from '../../base/log'
import type { Fence } from '../../base/fence'
import { BatchProgress, type Ending } from './batchProgress'
import type { DamageInspector } from './damage/damageInspector'
import type { RestoredEntry } from './damage/restoreEntry'
import type { ChosenModels } from './chosenModels'
import type { LoadedPicture } from './loadedPicture'
import type { FolderScales } from './folderScales'
import { NoiseAhead } from './noiseAhead'
import { canReadAhead, type Opened, PictureReader } from './pictureReader'
import { type ComputedResult, putResult, rowOfResult } from './putResult'
import { entryOf, type QueueEntry, type QueuedPicture, type SaveRequest, settingsOf } from './queueEntry'
import { restoreQueued } from './restoreQueued'
import type { SavedResults } from './savedResults'
import { SideBySide } from './sideBySide'
import { TakenPlaces } from './resultPath'
import { unlessAborted } from './unlessAborted'

export interface SaveDependencies {
  /** Workers of its own: while they wait in a pause, they do nothing else. */
  readonly clients: readonly ComputeClient[]
  /** How many of them work side by side, a picture each. */
  readonly lanes: () => number
  /** Estimates noise meanwhile. */
  readonly estimator: ComputeClient
  /** What may be read and written. */
  readonly fence: Fence
  readonly log: Log
  readonly results: SavedResults
  readonly scales: FolderScales
  readonly target: () => ComputeTarget
  readonly modelFor: ChosenModels['for']
  /** The picture as it is looked at, where it is. */
  readonly looked: (id: string) => LoadedPicture | null
  /** What is made of it where its damage is restored. */
  readonly mended: DamageInspector['find']
  readonly change: (ids: readonly string[], changes: Partial<DenoisePicture>) => void
  readonly onBatch: (batch: DenoiseBatch) => void
  /** For the metadata. */
  readonly note: (kind: DenoiseControls['kind']) => string
}

const tellEveryMs = 1000

/**
 * Pictures through a model and into files, side by side in lanes: while one is computed the next is read and the one before
 * is written. What goes wrong with one is told of it and ends nothing; a full disk is a pause.
 */
export class SaveQueue {
  private waiting: QueueEntry[] = []
  private readonly lanes = new Map<ComputeClient, Promise<void>>()
  private abort = new AbortController()
  private paused: { readonly resumed: Promise<void>; readonly resume: () => void } | null = null
  private readonly progress = new BatchProgress()
  private readonly listeners = new Set<() => void>()
  private toldAt = 0
  private readonly written = new Map<string, string>()
  private readonly reader: PictureReader
  private readonly sideBySide: SideBySide
  /** Files are written one after the other: encoders take much memory. */
  private writing: Promise<void> = Promise.resolve()
  private readonly places: TakenPlaces

  constructor(private readonly deps: SaveDependencies) {
    const { modelFor, estimator, results, scales, fence } = deps
    this.sideBySide = new SideBySide(() => deps.lanes(), this.progress)
    this.places = new TakenPlaces(results)
    this.reader = new PictureReader({ fence, modelFor, scales, noiseAhead: new NoiseAhead(estimator) })
  }

  /** When nothing is left to do. Returns the function that stops listening. */
  onIdle(listen: () => void): () => void {
    this.listeners.add(listen)
    return () => {
      this.listeners.delete(listen)
    }
  }

  /** Whether pictures are being saved, or wait for it. */
  get isBusy(): boolean {
    return this.isAtWork && !this.isStopped
  }

  /** Until what was going on when it was stopped has ended, which no codec can be told to do. */
  private get isAtWork(): boolean {
    return this.lanes.size > 0
  }

  /** And nothing was asked for since. */
  private get isStopped(): boolean {
    return this.abort.signal.aborted && this.waiting.length === 0
  }

  batch(): DenoiseBatch {
    return this.progress.describe(this.isBusy ? (this.paused ? 'paused' : 'running') : 'idle')
  }

  /** Whether a picture is worked on, or will be next. */
  isTaken(id: string): boolean {
    return this.progress.working.has(id)
  }

  /** Path of the result of a picture; null before it has one. */
  resultOf(id: string): string | null {
    return this.written.get(id) ?? null
  }

  add(pictures: readonly QueuedPicture[], request: SaveRequest): void {
    const known = new Set(this.waiting.map(({ id }) => id))
    const added = pictures.filter(({ id }) => !known.has(id) && !this.isTaken(id))
    if (!this.isBusy) this.progress.reset()
    for (const one of added) {
      this.progress.add(one.megapixels)
      this.waiting.push(entryOf(one, request))
    }
    const begun = { state: 'waiting', progress: 0, message: null, result: null } as const
    this.deps.change(
      added.map(({ id }) => id),
      begun,
    )
    this.start()
    this.tell()
  }

  /** Sets lanes to work that have nothing to do. */
  private start(): void {
    // What was asked for since the last batch was stopped begins when that has ended.
    if (this.isAtWork && this.abort.signal.aborted) return
    if (!this.isAtWork) this.abort = new AbortController()
    for (const client of this.deps.clients.slice(0, this.deps.lanes())) {
      if (this.lanes.has(client)) continue
      const lane = this.run(client).finally(() => {
        this.lanes.delete(client)
        if (!this.isAtWork) this.ended()
      })
      this.lanes.set(client, lane)
    }
  }

  private ended(): void {
    // What is large waits until there is nothing beside it, and all the same for the end of a pause.
    if (this.waiting.length > 0) return this.start()
    if (!this.abort.signal.aborted) this.rest()
  }

  private rest(): void {
    // A pause ends with what was paused.
    this.resume()
    this.reader.forget()
    for (const listen of this.listeners) listen()
  }

  pause(): void {
    if (!this.isBusy || this.paused) return
    let resume!: () => void
    const resumed = new Promise<void>((resolve) => (resume = resolve))
    this.paused = { resumed, resume }
    this.progress.pause()
    this.tell()
  }

  resume(): void {
    const { paused } = this
    this.paused = null
    this.progress.resume()
    paused?.resume()
    this.tell()
  }

  /** What is written stays; the others are as before they were asked for. */
  stop(): void {
    if (!this.isBusy) return
    this.drop(() => true)
    const ids = [...this.progress.working.keys()]
    this.deps.change(ids, { state: 'ready', progress: 0 })
    // They may be asked for again before the work on them has ended.
    for (const id of ids) this.progress.leave(id)
    this.abort.abort()
    this.rest()
  }

  /** Stops, and waits until nothing is going on any more. */
  async close(): Promise<void> {
    this.stop()
    await Promise.all(this.lanes.values())
  }

  /** Takes pictures out of the queue; those that are worked on are finished. */
  drop(isDropped: (id: string) => boolean): void {
    const dropped = this.waiting.filter(({ id }) => isDropped(id))
    this.waiting = this.waiting.filter(({ id }) => !isDropped(id))
    for (const { megapixels } of dropped) this.progress.add(megapixels, -1)
    const ids = dropped.map(({ id }) => id)
    this.deps.change(ids, { state: 'ready', progress: 0 })
  }

  private async run(client: ComputeClient): Promise<void> {
    let writing: Promise<void> = Promise.resolve()
    for (let entry = await this.take(); entry; entry = await this.take()) {
      // The others, where there was no room for them before.
      this.start()
      const write = await this.compute(entry, this.reader.open(entry, this.waiting[0]), client)
      await writing
      writing = this.writing = this.writing.then(write)
    }
    await writing
  }

  /** The next picture, if there is one and room for it beside those that are worked on. */
  private async take(): Promise<QueueEntry | null> {
    // While it waits in a pause, or is stopped in it, the next one is still among those that wait.
    await this.paused?.resumed
    const [next] = this.waiting
    if (!next || this.abort.signal.aborted) return null
    if (this.progress.working.size > 0 && !canReadAhead(next)) return null
    this.waiting.shift()
    this.progress.begin(next.id, next.megapixels)
    return next
  }

  /** Restores a picture. @returns what writes it, so that the next one can begin meanwhile */
  private async compute(
    entry: QueueEntry,
    opening: Promise<Opened>,
    client: ComputeClient,
  ): Promise<() => Promise<void>> {
    const { id } = entry
    let path: string | null = null
    try {
      const opened = await unlessAborted(opening, this.abort.signal)
      const { image } = opened
      const settings = settingsOf(entry)
      const place = await this.places.find({
        ...entry,
        original: entry.path,
        picture: opened.picture,
        settings,
      })
      if (place.kind === 'refused') throw new UnusableImage(place.reason)
      if (place.kind === 'done') {
        const state = place.isUnchanged ? 'unchanged' : 'skipped'
        const message = place.isUnchanged ? null : 'Done before, in just this way.'
        this.written.set(id, place.path)
        this.finish(entry, { state, result: basename(place.path), message })
        return async () => undefined
      }
      path = place.path
      this.deps.fence.check(path)
      const { picture, result } = await this.restoreInTurn(entry, opened, client)
      return () => this.write(entry, { image, picture, result, path: place.path, settings })
    } catch (error) {
      if (path !== null) this.places.free(path)
      this.fail(entry, error)
      return async () => undefined
    }
  }

  private async restoreInTurn(
    entry: QueueEntry,
    opened: Opened,
    client: ComputeClient,
  ): Promise<RestoredEntry> {
    const turn = await this.sideBySide.enter(entry, opened.picture, () => this.waiting.length === 0)
    try {
      if (this.abort.signal.aborted) throw new CancelledError('Stopped.')
      this.deps.change([entry.id], { state: 'working', progress: 0 })
      const { signal } = this.abort
      const { id } = entry
      const restored = restoreQueued(entry, opened, {
        ...this.deps,
        client,
        threads: turn.threads(),
        signal,
        onProgress: (share) => {
          if (!signal.aborted) this.tellProgress(id, share)
        },
        onSmallerTile: (tile) =>
          this.deps.change([id], { message: `The memory is small: going on in tiles of ${tile} pixels.` }),
        paused: () => this.paused?.resumed,
      })
      // A tile that is being computed ends in its own time.
      return await unlessAborted(restored, signal)
    } finally {
      turn.leave()
    }
  }

  private tellProgress(id: string, share: number): void {
    this.progress.advance(id, share)
    const now = performance.now()
    if (now - this.toldAt < tellEveryMs) return
    this.toldAt = now
    for (const [working, { share }] of this.progress.working) this.deps.change([working], { progress: share })
    this.tell()
  }

  private async write(entry: QueueEntry, computed: ComputedResult): Promise<void> {
    const { results, note } = this.deps
    try {
      for (const path of [computed.path, partialPath(computed.path)]) this.deps.fence.check(path)
      const put = await putResult(entry, computed, {
        results,
        note: note(entry.controls.kind),
        signal: this.abort.signal,
      })
      if (put.path !== null) this.written.set(entry.id, put.path)
      else this.written.delete(entry.id)
      this.finish(entry, rowOfResult(put))
    } catch (error) {
      this.fail(entry, error)
    } finally {
      this.places.free(computed.path)
    }
  }

  private fail(entry: QueueEntry, error: unknown): void {
    if (error instanceof CancelledError || this.abort.signal.aborted) {
      this.progress.leave(entry.id)
      const isAskedAgain = this.waiting.some(({ id }) => id === entry.id)
      if (!isAskedAgain) this.deps.change([entry.id], { state: 'ready', progress: 0 })
      return
    }
    const isExpected = error instanceof ExpectedError || error instanceof UnusableImage
    if (!isExpected) this.deps.log.error('A picture could not be denoised.', error)
    this.finish(entry, { state: 'failed', message: (error as Error).message })
    // What comes after it would fail as well, and be computed for nothing.
    if (error instanceof ExpectedError && error.code === 'disk-full') this.pause()
  }

  private finish(
    { id, megapixels }: QueueEntry,
    changes: Partial<DenoisePicture> & { readonly state: Ending },
  ): void {
    this.progress.finish(id, megapixels, changes.state)
    this.deps.change([id], { progress: 1, ...changes })
    this.tell()
  }

  private tell(): void {
    this.deps.onBatch(this.batch())
  }
}
