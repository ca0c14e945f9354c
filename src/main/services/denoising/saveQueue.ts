import { basename, dirname } from 'node:path'
import { availableParallelism } from 'node:os'
import type { DenoiseBatch, DenoisePicture } from '../../../shared/api/denoising'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { wholeMix } from '../../../shared/mixPixels'
import { makeFolder } from '../../store/makeFolder'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { type PreparedImage, prepareImage } from '../datasets/prepareImage'
import { UnusableImage } from '../datasets/unusableImage'
import type { Log } from '../log'
import { asKey } from '../models/imageNames'
import { type DenoisedPicture, denoisePicture, writeResult } from './denoisePicture'
import { BatchProgress } from './batchProgress'
import type { DenoisingModel } from './denoisingModels'
import type { LoadedPicture } from './loadedPicture'
import { keyOf } from './nextWork'
import { type FoundNoise, NoiseAhead } from './noiseAhead'
import { type Picture, readPicture } from './readPicture'
import { type QueueEntry, type QueuedPicture, remarkOn, type SaveRequest, settingsOf } from './queueEntry'
import { placeResult } from './resultPath'
import { isSame, type SavedResults, stampOf } from './savedResults'
import { unlessAborted } from './unlessAborted'

export interface SaveDependencies {
  /** A worker of its own: while it waits in a pause, it does nothing else. */
  readonly client: ComputeClient
  /** Estimates noise meanwhile. */
  readonly estimator: ComputeClient
  readonly log: Log
  readonly results: SavedResults
  readonly target: () => ComputeTarget
  readonly modelFor: (model: string, picture: Pick<Picture, 'channels'>) => Promise<DenoisingModel>
  /** The picture as it is looked at, where it is. */
  readonly looked: (id: string) => LoadedPicture | null
  readonly change: (ids: readonly string[], changes: Partial<DenoisePicture>) => void
  readonly onBatch: (batch: DenoiseBatch) => void
  /** For the metadata. */
  readonly note: string
}

interface Opened {
  readonly image: PreparedImage
  readonly picture: Picture
  readonly noise?: FoundNoise
}

/** What is read ahead; a picture that takes more waits for its turn. */
const bytesAhead = 200e6
const bytesPerPixel = 6
const tellEveryMs = 1000

/**
 * Pictures, one after the other through a model and into files: while one is computed the next is read and the one before
 * is written. What goes wrong with one is told of it and ends nothing; a full disk is a pause.
 */
export class SaveQueue {
  private waiting: QueueEntry[] = []
  private running: Promise<void> | null = null
  private abort = new AbortController()
  private paused: { readonly resumed: Promise<void>; readonly resume: () => void } | null = null
  private readonly progress = new BatchProgress()
  private readonly listeners = new Set<() => void>()
  private toldAt = 0
  private readonly taken = new Set<string>()
  private readonly written = new Map<string, string>()

  private readonly noiseAhead: NoiseAhead

  constructor(private readonly deps: SaveDependencies) {
    this.noiseAhead = new NoiseAhead(deps.estimator)
  }

  /** When nothing is left to do. Returns the function that stops listening. */
  onIdle(listen: () => void): () => void {
    this.listeners.add(listen)
    return () => void this.listeners.delete(listen)
  }

  get isBusy(): boolean {
    return this.running !== null
  }

  batch(): DenoiseBatch {
    return this.progress.describe(this.running ? (this.paused ? 'paused' : 'running') : 'idle')
  }

  /** Path of the result of a picture; null before it has one. */
  resultOf(id: string): string | null {
    return this.written.get(id) ?? null
  }

  add(pictures: readonly QueuedPicture[], request: SaveRequest): void {
    const known = new Set(this.waiting.map(({ id }) => id))
    const added = pictures.filter(({ id }) => !known.has(id) && id !== this.progress.workingId)
    if (!this.running) this.progress.reset()
    for (const one of added) {
      this.progress.add(one.megapixels)
      this.waiting.push({ ...one, ...request })
    }
    const begun = { state: 'waiting', progress: 0, message: null, result: null } as const
    this.deps.change(
      added.map(({ id }) => id),
      begun,
    )
    this.start()
    this.tell()
  }

  private start(): void {
    this.running ??= this.run().finally(() => {
      this.running = null
      // A pause ends with what was paused.
      this.resume()
      // What was asked for while the last one was being stopped.
      if (this.waiting.length > 0) this.start()
      else for (const listen of this.listeners) listen()
    })
  }

  pause(): void {
    if (!this.running || this.paused) return
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
  async stop(): Promise<void> {
    const { running } = this
    if (!running) return
    this.drop(() => true)
    const { workingId } = this.progress
    if (workingId) {
      this.deps.change([workingId], { state: 'ready', progress: 0 })
      // It may be asked for again before the work on it has ended.
      this.progress.leave(workingId)
    }
    this.abort.abort()
    this.resume()
    await running
  }

  /** Takes pictures out of the queue; the one that is worked on is finished. */
  drop(isDropped: (id: string) => boolean): void {
    const dropped = this.waiting.filter(({ id }) => isDropped(id))
    this.waiting = this.waiting.filter(({ id }) => !isDropped(id))
    for (const { megapixels } of dropped) this.progress.add(megapixels, -1)
    this.deps.change(
      dropped.map(({ id }) => id),
      { state: 'ready', progress: 0 },
    )
  }

  private async run(): Promise<void> {
    this.abort = new AbortController()
    let writing: Promise<void> = Promise.resolve()
    let ahead: { readonly entry: QueueEntry; readonly opened: Promise<Opened> } | null = null
    for (;;) {
      // While it waits in a pause, or is stopped in it, the next one is still among those that wait.
      await this.paused?.resumed
      const entry = this.abort.signal.aborted ? undefined : this.waiting.shift()
      if (!entry) break
      const opening: Promise<Opened> = ahead?.entry === entry ? ahead.opened : this.open(entry)
      opening.catch(() => undefined)
      // The one after it is read meanwhile, where that is not too much at once.
      const [next] = this.waiting
      const fits = next && next.megapixels * 1e6 * bytesPerPixel <= bytesAhead && availableParallelism() > 1
      ahead = fits
        ? {
            entry: next,
            opened: opening.then(
              () => this.openAhead(next),
              () => this.openAhead(next),
            ),
          }
        : null
      ahead?.opened.catch(() => undefined)
      const write = await this.compute(entry, opening)
      await writing
      writing = write()
    }
    await writing
  }

  private async open({ path, stamp }: QueueEntry): Promise<Opened> {
    if (!isSame(stamp, await stampOf(path)))
      throw new UnusableImage(
        'It was changed or moved since it was added. Try again to take it as it is now.',
      )
    const image = await prepareImage(path)
    return { image, picture: await readPicture(image) }
  }

  private async openAhead(entry: QueueEntry): Promise<Opened> {
    const opened = await this.open(entry)
    const model = await this.deps.modelFor(entry.controls.model, opened.picture)
    return { ...opened, noise: this.noiseAhead.estimate(entry, opened.picture, model) }
  }

  /** Restores a picture. @returns what writes it, so that the next one can begin meanwhile */
  private async compute(entry: QueueEntry, opening: Promise<Opened>): Promise<() => Promise<void>> {
    const { id, megapixels } = entry
    this.progress.begin(id, megapixels)
    this.deps.change([id], { state: 'working', progress: 0 })
    let key: string | null = null
    try {
      const opened = await opening
      const { image, picture } = opened
      const settings = settingsOf(entry)
      const place = await placeResult(
        { ...entry, original: entry.path, picture, settings },
        this.deps.results,
        this.taken,
      )
      if (place.kind === 'refused') throw new UnusableImage(place.reason)
      if (place.kind === 'done') {
        const message = 'Done before, in just this way.'
        this.written.set(id, place.path)
        this.finish(entry, { state: 'skipped', result: basename(place.path), message })
        return async () => undefined
      }
      this.taken.add((key = asKey(place.path)))
      const result = await this.restore(entry, opened)
      return () => this.write(entry, { image, picture, result, path: place.path, settings })
    } catch (error) {
      if (key !== null) this.taken.delete(key)
      this.fail(entry, error)
      return async () => undefined
    }
  }

  private async restore(entry: QueueEntry, { picture, noise }: Opened): Promise<DenoisedPicture> {
    const { client, modelFor, target, looked } = this.deps
    const { controls, id } = entry
    const model = await modelFor(controls.model, picture)
    const sigma = controls.sigma === 'auto' ? null : controls.sigma
    const asked = { sigma, strength: controls.strength, color: controls.color, detail: controls.detail }
    const shown = looked(id)
    const isShown =
      picture.pages === 1 &&
      shown?.restoration.isComplete &&
      shown.restoration.isFor(keyOf({ model, ...asked })) &&
      isSame(entry.stamp, { bytes: shown.image.bytes, modifiedMs: shown.image.modifiedMs })
    const restored = isShown ? shown.restoration.pixels : undefined
    const { signal } = this.abort
    const denoised = denoisePicture(
      picture,
      model,
      { ...target(), ...wholeMix, ...asked, tile: null, restored, noise: noise?.() },
      {
        client,
        signal,
        onProgress: (share) => {
          if (!signal.aborted) this.tellProgress(id, share)
        },
        onSmallerTile: (tile) =>
          this.deps.change([id], { message: `The memory is small: going on in tiles of ${tile} pixels.` }),
        paused: () => this.paused?.resumed,
      },
    )
    // A tile that is being computed ends in its own time.
    return unlessAborted(denoised, signal)
  }

  private tellProgress(id: string, share: number): void {
    this.progress.advance(share)
    const now = performance.now()
    if (now - this.toldAt < tellEveryMs) return
    this.toldAt = now
    this.deps.change([id], { progress: share })
    this.tell()
  }

  private async write(
    entry: QueueEntry,
    done: Opened & { result: DenoisedPicture; path: string; settings: string },
  ): Promise<void> {
    const { image, picture, result, path, settings } = done
    try {
      if (this.abort.signal.aborted) throw new CancelledError('Stopped.')
      await makeFolder(dirname(path))
      const { format, quality } = entry.output
      const options = { format, quality, note: result.tile === null ? null : this.deps.note }
      await writeResult(path, image, picture, result, options)
      const resultStamp = (await stampOf(path))!
      const replaced = path === entry.path
      await this.deps.results.add({
        ...{ original: entry.path, settings, result: path, resultStamp },
        stamp: replaced ? resultStamp : entry.stamp,
      })
      this.written.set(entry.id, path)
      this.finish(entry, { state: 'done', result: basename(path), message: remarkOn(entry, result) })
    } catch (error) {
      this.fail(entry, error)
    } finally {
      this.taken.delete(asKey(path))
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

  private finish({ id, megapixels }: QueueEntry, changes: Partial<DenoisePicture>): void {
    this.progress.finish(id, megapixels, changes.state === 'failed')
    this.deps.change([id], { progress: 1, ...changes })
    this.tell()
  }

  private tell(): void {
    this.deps.onBatch(this.batch())
  }
}
