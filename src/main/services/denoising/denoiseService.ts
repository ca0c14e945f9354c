import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type { DenoisePicture, DenoiseState, OpenedPicture, PictureView } from '../../../shared/api/denoising'
import type { PixelBlock } from '../../../shared/api/library'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { writeFileAtomic } from '../../store/atomicWrite'
import { isInside } from '../../store/isInside'
import { makeFolder } from '../../store/makeFolder'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { findImages } from '../datasets/findImages'
import { UnusableImage } from '../datasets/unusableImage'
import type { EventBus } from '../eventBus'
import type { Log } from '../log'
import type { ModelService } from '../models/modelService'
import type { PlaceRegistry } from '../places/placeRegistry'
import { RevisedList } from '../revisedList'
import { ChosenModels } from './chosenModels'
import { DenoiseMemory } from './denoiseMemory'
import { sigmaScale } from './floats'
import { LoadedPictures } from './loadedPictures'
import { Painter } from './painter'
import { manyInOneFile } from './readPicture'
import { rowOf, unusableRow } from './pictureRows'
import { PictureStudy } from './pictureStudy'
import { RemovedPictures, type Source } from './removedPictures'
import { SavedResults, stampOf } from './savedResults'
import { SaveQueue } from './saveQueue'
import { readThumbnail } from './thumbnail'

export interface DenoiseDependencies {
  readonly events: EventBus
  readonly log: Log
  readonly places: PlaceRegistry
  readonly models: ModelService
  /** For what is looked at. */
  readonly client: ComputeClient
  /** For what is saved: the first of them does what one alone can do. */
  readonly savers: readonly [ComputeClient, ...ComputeClient[]]
  readonly target: () => ComputeTarget
  /** Folder for what is remembered. */
  readonly state: string
  /** Where a browser's files lie until the app ends. Absolute path. */
  readonly uploads: string
  readonly version: string
}

/** Of a long list, rows are told of in heaps of so many. */
const rowsAtOnce = 200

/** Of a picture for which a worker compiles what estimates its noise. */
const triedSide = 160

function someNoise() {
  const pixels = Uint8Array.from({ length: triedSide * triedSide * 3 }, () => 256 * Math.random())
  return { pixels, width: triedSide, height: triedSide, channels: 3 as const }
}

/** Pictures to denoise: the list of them, what is seen of one, and their way into files. */
export class DenoiseService {
  private readonly list: RevisedList<DenoisePicture>
  private readonly sources = new Map<string, Source>()
  private readonly byPath = new Map<string, string>()
  private readonly loaded = new LoadedPictures()
  private readonly removed: RemovedPictures
  private readonly models: ChosenModels
  private readonly painter: Painter
  private readonly queue: SaveQueue
  readonly study: PictureStudy
  private warm: Promise<unknown> | null = null
  /** Whether TensorFlow, which is taken where it has one, does; null before that is known. */
  private hasGpu: boolean | null = null

  private constructor(
    private readonly deps: DenoiseDependencies,
    private readonly memory: DenoiseMemory,
  ) {
    const { events, log, client, savers, target, version } = deps
    this.list = new RevisedList((changes) => events.emit('denoise.changed', changes))
    this.removed = new RemovedPictures({ list: this.list, sources: this.sources, byPath: this.byPath })
    this.painter = new Painter({
      ...{ client, log, target },
      mayGoOn: () => !this.queue.isBusy,
      onRestored: (id) => events.emit('denoise.restored', { id }),
    })
    this.models = new ChosenModels((id) => deps.models.folderOf(id))
    const modelFor = this.models.for.bind(this.models)
    this.queue = new SaveQueue({
      ...{
        log,
        target,
        modelFor,
        clients: savers,
        lanes: () => this.savingLanes(),
        estimator: client,
        results: new SavedResults(deps.state, log),
      },
      looked: (id) => this.loaded.peek(id),
      change: (ids, changes) => this.change(ids, changes),
      onBatch: (batch) => {
        events.emit('denoise.stateChanged', { ...this.state(), batch })
        if (batch.state === 'idle') this.painter.goOn()
      },
      note: `Denoised with Hourglass ${version}`,
    })
    const load = (id: string) => this.load(id)
    const isSaving = () => this.queue.isBusy
    this.study = new PictureStudy({ client, target, load, modelFor, places: deps.places, isSaving })
    events.on('models.changed', () => this.models.clear())
  }

  static async open(deps: DenoiseDependencies): Promise<DenoiseService> {
    return new DenoiseService(deps, await DenoiseMemory.open(deps.state, deps.log))
  }

  listing = () => this.list.listing()

  /** Who has nothing else to do, so that what is seen need not wait: a large picture's noise takes half a second. */
  private get free(): ComputeClient {
    return this.queue.isBusy ? this.deps.client : this.deps.savers[0]
  }

  /**
   * On a processor two pictures side by side, each with half of the cores, take less time than one after the other: what
   * is done on one core in one is done beside the other. A graphics card is one for all.
   */
  private savingLanes(): number {
    const { runtime, device } = this.deps.target()
    const onProcessor =
      device === undefined ? runtime !== undefined || this.hasGpu === false : device === 'cpu'
    return onProcessor && runtime !== 'tensorflow'
      ? Math.min(this.deps.savers.length, availableParallelism())
      : 1
  }

  /** Starts the workers, which try what they will do, and loads the runtimes: a second or two that nobody waits for. */
  warmUp(): void {
    if (this.warm) return
    const { client, savers } = this.deps
    const tried = [client, savers[0]].map((one) => one.call('estimateNoise', someNoise()))
    const asked = client.call('devices', {}).then((runtimes) => {
      this.hasGpu = runtimes.some(
        ({ runtime, devices }) => runtime === 'tensorflow' && devices.some(({ isGpu }) => isGpu),
      )
    })
    this.warm = Promise.all([...tried, asked]).catch((error: unknown) => {
      this.deps.log.warn(`The runtimes could not be loaded ahead: ${(error as Error).message}`)
    })
  }

  state(): DenoiseState {
    const { presets, output } = this.memory
    return { batch: this.queue.batch(), presets, output }
  }

  /** @throws ExpectedError when there is no picture at all */
  async add({ places }: ParsedParams<'denoise.add'>): Promise<{ ids: string[] }> {
    const paths = places.map((place) => this.deps.places.resolve(place))
    const found = await findImages(paths, { labels: 'none' })
    const ids: string[] = []
    let rows: DenoisePicture[] = []
    for (const image of found.images) {
      if (image.kind === 'file') rows.push(...(await this.describe(image.absolute, ids)))
      else found.skipped.push({ path: image.path, reason: manyInOneFile })
      if (rows.length < rowsAtOnce) continue
      this.list.setAll(rows)
      rows = []
    }
    this.list.setAll([...rows, ...this.unusable(found.skipped)])
    return { ids: ids.filter((id) => this.list.get(id)?.isReadable) }
  }

  /** It lies with what a browser sends until the app ends. @throws ExpectedError */
  async paste({ name, bytes }: ParsedParams<'denoise.paste'>): Promise<{ ids: string[] }> {
    const folder = join(this.deps.uploads, randomUUID())
    const path = join(folder, basename(name).replace(/[^\p{L}\p{N} ._-]/gu, '_'))
    await makeFolder(folder)
    await writeFileAtomic(path, bytes)
    const ids: string[] = []
    this.list.setAll(await this.describe(await realpath(path), ids))
    return { ids: ids.filter((id) => this.list.get(id)?.isReadable) }
  }

  /** Its row where there is news of it. @param ids gets its id */
  private async describe(path: string, ids: string[]): Promise<DenoisePicture[]> {
    const id = this.byPath.get(path) ?? randomUUID()
    this.byPath.set(path, id)
    ids.push(id)
    return this.queue.isTaken(id) ? [] : this.look(id, path)
  }

  /** Reads the header, again where the file has changed. */
  private async look(id: string, path: string): Promise<DenoisePicture[]> {
    const stamp = await stampOf(path)
    const before = this.list.get(id)
    const known = this.sources.get(id)
    if (before?.isReadable && known && stamp?.modifiedMs === known.stamp.modifiedMs) return []
    this.loaded.forget(id)
    this.sources.set(id, { path, stamp: stamp ?? { bytes: 0, modifiedMs: 0 } })
    return [await rowOf(id, path, stamp, before?.controls ?? this.memory.controlsOf(dirname(path)))]
  }

  /** Rows for what is no picture, once. */
  private unusable(skipped: readonly Skipped[]): DenoisePicture[] {
    const rows = this.list.listing().items
    const known = new Set(rows.flatMap(({ isReadable, name }) => (isReadable ? [] : name)))
    return skipped
      .filter(({ path }) => !known.has(basename(path)))
      .map(({ path, reason }) => unusableRow(path, reason, this.memory.controlsOf('')))
  }

  /** Files stay. Resolves to the key that puts them back. */
  async remove(ids: readonly string[]): Promise<string> {
    const gone = new Set(ids)
    this.queue.drop((id) => gone.has(id))
    for (const id of ids) if (this.queue.isTaken(id)) gone.delete(id)
    for (const id of gone) {
      this.painter.leave(id)
      this.loaded.forget(id)
    }
    return this.removed.remove(gone)
  }

  putBack = (key: string): void => this.removed.putBack(key)

  async thumbnail({ id, size }: ParsedParams<'denoise.thumbnail'>): Promise<PixelBlock> {
    return readThumbnail(this.sourceOf(id).path, size)
  }

  /** @throws ExpectedError for what cannot be read */
  async openPicture(id: string): Promise<OpenedPicture> {
    const loaded = await this.load(id)
    const { channels, format, pixels, floats } = loaded.picture
    const { noise, certainty } = await loaded.noise(this.free)
    const depth = floats ? 32 : pixels instanceof Uint16Array ? 16 : 8
    return {
      ...{ id, channels, format, depth, certainty },
      ...loaded.levels.sizeOf(0),
      sigmas: noise?.sigmas.map((sigma) => sigma / sigmaScale(floats)) ?? null,
    }
  }

  async view({ id, ...asked }: ParsedParams<'denoise.view'>): Promise<PictureView> {
    const loaded = await this.load(id)
    return this.study.view(id, loaded, asked, (look) => this.painter.look(look))
  }

  async setControls({ ids, controls }: ParsedParams<'denoise.setControls'>): Promise<void> {
    const known = ids.filter((id) => this.sources.has(id) && this.list.get(id))
    const folders = new Set(known.map((id) => dirname(this.sources.get(id)!.path)))
    this.list.setAll(known.map((id) => ({ ...this.list.get(id)!, controls })))
    await this.memory.setControls(folders, controls)
  }

  async save({ ids, output, again }: ParsedParams<'denoise.save'>): Promise<void> {
    const folder = output.folder === null ? null : this.deps.places.resolve(output.folder)
    const asked = new Set(ids)
    const rows = this.list.listing().items.filter(({ id }) => asked.has(id) && this.sources.has(id))
    const isUploaded = rows.some(({ id }) => isInside(this.sourceOf(id).path, this.deps.uploads))
    if (isUploaded && folder === null)
      throw new ExpectedError(
        'bad-input',
        'These pictures came through the browser, and there is no folder beside them. Choose a folder for the results.',
      )
    await this.memory.setOutput(output)
    for (const { id, state } of rows)
      if (state === 'failed') this.list.setAll(await this.look(id, this.sourceOf(id).path))
    const pictures = rows.flatMap(({ id }) => {
      const { isReadable, controls, width, height } = this.list.get(id)!
      const megapixels = (width * height) / 1e6
      return isReadable ? [{ id, ...this.sourceOf(id), megapixels, controls }] : []
    })
    if (pictures.length > 0) this.queue.add(pictures, { output, folder, again })
  }

  /** Whether pictures are being saved, or wait for it. */
  get isSaving(): boolean {
    return this.queue.isBusy
  }

  /** When nothing is left to save. Returns the function that stops listening. */
  onSaved = (listen: () => void): (() => void) => this.queue.onIdle(listen)

  pause = () => this.queue.pause()
  resume = () => this.queue.resume()
  stop = () => this.queue.stop()

  /** Absolute path of the result. */
  resultOf(id: string): string {
    const path = this.queue.resultOf(id)
    if (path === null) throw new ExpectedError('not-found', 'This picture has no result yet.')
    return path
  }

  async savePreset(preset: ParsedParams<'denoise.savePreset'>): Promise<void> {
    await this.memory.savePreset(preset)
    this.deps.events.emit('denoise.stateChanged', this.state())
  }

  async removePreset(name: string): Promise<void> {
    await this.memory.removePreset(name)
    this.deps.events.emit('denoise.stateChanged', this.state())
  }

  async saveComparison({
    folder,
    ...params
  }: ParsedParams<'denoise.saveComparison'>): Promise<{ name: string }> {
    const { path } = this.sourceOf(params.id)
    const chosen = folder === null ? dirname(path) : this.deps.places.resolve(folder)
    if (isInside(chosen, this.deps.uploads))
      throw new ExpectedError(
        'bad-input',
        'This picture came through the browser, and there is no folder beside it. Choose a folder.',
      )
    return { name: basename(await this.study.saveComparison(params, path, chosen)) }
  }

  async close(): Promise<void> {
    await this.queue.close()
    await this.painter.close()
  }

  private sourceOf(id: string): Source {
    const source = this.sources.get(id)
    if (source) return source
    throw new ExpectedError('not-found', 'That picture is not on the list any more. Open it again.')
  }

  private change(ids: readonly string[], changes: Partial<DenoisePicture>): void {
    this.list.setAll(
      ids.flatMap((id) => {
        const before = this.list.get(id)
        return before ? { ...before, ...changes } : []
      }),
    )
  }

  private async load(id: string) {
    const { path } = this.sourceOf(id)
    try {
      return await this.loaded.get(id, path)
    } catch (error) {
      if (error instanceof UnusableImage) throw new ExpectedError('bad-input', error.message)
      throw error
    }
  }
}
