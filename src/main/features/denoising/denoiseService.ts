import { basename, dirname } from 'node:path'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import type { DenoisePicture, DenoiseState, OpenedPicture, PictureView } from '../../../shared/api/denoising'
import type { PixelBlock } from '../../../shared/api/library'
import type { Place } from '../../../shared/api/places'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { MaskLayer, StrengthMask } from '../../../shared/strengthMask'
import { isInside } from '../../store/isInside'
import { makeFolder } from '../../store/makeFolder'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { reasonOf } from '../pictures/unusableImage'
import type { EventBus } from '../../base/eventBus'
import type { Log } from '../../base/log'
import type { ModelService } from '../models/modelService'
import type { Fence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { ChosenModels } from './chosenModels'
import { DamageInspector, isDamage } from './damage/damageInspector'
import { mendableJpeg } from './damage/jpegQuality'
import { DenoiseMemory } from './denoiseMemory'
import { FolderScales } from './folderScales'
import { foundRepairs, noiseScale, toldNoise } from './foundRepairs'
import { LoadedPictures } from './loadedPictures'
import { VisibleRestorer } from './visibleRestorer'
import { PictureList, type Source } from './pictureList'
import { PictureInspector } from './pictureInspector'
import type { QueuedPicture } from './queueEntry'
import { RemovedPictures } from './removedPictures'
import { ResultDownloads } from './resultDownloads'
import { ResultFolder } from './resultFolder'
import { SavedResults } from './savedResults'
import { SaveQueue } from './saveQueue'
import { SavingWorkers } from './savingWorkers'
import { PaintedMasks } from './strengthMasks'
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
  /** Folders that this app may show; empty where it may show all. Absolute paths. */
  readonly roots: readonly string[]
  /** What may be read and written. */
  readonly fence: Fence
  readonly version: string
}

/** Pictures to denoise: the list of them, what is seen of one, and their way into files. */
export class DenoiseService {
  private readonly list: PictureList
  private readonly scales = new FolderScales(() => this.list.paths())
  private readonly loaded = new LoadedPictures(this.scales)
  private readonly masks = new PaintedMasks()
  private readonly removed: RemovedPictures
  private readonly models: ChosenModels
  private readonly restorer: VisibleRestorer
  private readonly queue: SaveQueue
  readonly inspector: PictureInspector
  private readonly damage: DamageInspector
  readonly downloads: ResultDownloads
  private readonly workers: SavingWorkers

  private constructor(
    private readonly deps: DenoiseDependencies,
    private readonly memory: DenoiseMemory,
    private readonly folder: ResultFolder,
  ) {
    const { events, log, client, places, savers, target, version } = deps
    this.workers = new SavingWorkers(deps)
    this.downloads = new ResultDownloads(deps.uploads)
    this.list = new PictureList({
      announce: (changes) => events.emit('denoise.changed', changes),
      controlsOf: (folder) => memory.controlsOf(folder),
      isTaken: (id) => this.queue.isTaken(id),
      forget: (id) => this.loaded.forget(id),
      uploads: deps.uploads,
      fence: deps.fence,
    })
    this.removed = new RemovedPictures(this.list, (ids) => this.masks.forget(ids))
    const onRestored = (id: string) => events.emit('denoise.restored', { id })
    const work = { client, log, target, onRestored }
    this.restorer = new VisibleRestorer({ ...work, mayGoOn: () => !this.queue.isBusy })
    this.models = new ChosenModels((id) => deps.models.folderOf(id))
    const modelFor = this.models.for.bind(this.models)
    const load = (id: string) => this.load(id)
    const holesOf = this.masks.holes.get.bind(this.masks.holes)
    this.damage = new DamageInspector({ ...work, load, modelFor, holesOf })
    this.queue = new SaveQueue({
      log,
      target,
      modelFor,
      clients: savers,
      estimator: client,
      fence: deps.fence,
      lanes: () => this.workers.lanes(),
      results: new SavedResults(deps.state, log),
      scales: this.scales,
      looked: (id) => this.loaded.peek(id),
      mended: this.damage.find,
      change: (ids, changes) => this.change(ids, changes),
      onBatch: (batch) => {
        events.emit('denoise.stateChanged', { ...this.state(), batch })
        if (batch.state === 'idle') this.restorer.goOn()
      },
      note: (kind) => `${kind === 'noise' ? 'Denoised' : 'Restored'} with Hourglass ${version}`,
    })
    const isSaving = () => this.queue.isBusy
    const maskOf = this.masks.strength.get.bind(this.masks.strength)
    const seen = { load, modelFor, maskOf, places, isSaving, damage: this.damage }
    this.inspector = new PictureInspector({ client, target, ...seen })
    events.on('models.changed', () => this.models.clear())
  }

  static async open(deps: DenoiseDependencies): Promise<DenoiseService> {
    const memory = await DenoiseMemory.open(deps.state, deps.log)
    return new DenoiseService(deps, memory, await ResultFolder.open({ ...deps, memory }))
  }

  listing = () => this.list.listing()
  /** See SavingWorkers. */
  warmUp = (): void => this.workers.warmUp()

  /** Who has nothing else to do, so that what is seen need not wait: a large picture's noise takes half a second. */
  private get free(): ComputeClient {
    return this.queue.isBusy ? this.deps.client : this.deps.savers[0]
  }

  state(): DenoiseState {
    const { presets, output } = this.memory
    return { batch: this.queue.batch(), presets, output, folder: this.folder.current }
  }

  /** @throws ExpectedError when there is no picture at all */
  async add({ places }: ParsedParams<'denoise.add'>): Promise<{ ids: string[] }> {
    this.scales.forget()
    return { ids: await this.list.add(places.map((place) => this.deps.places.resolve(place))) }
  }

  /** @throws ExpectedError */
  async paste({ name, bytes }: ParsedParams<'denoise.paste'>): Promise<{ ids: string[] }> {
    return { ids: await this.list.paste(name, bytes) }
  }

  /** Files stay. Resolves to the key that puts them back. */
  async remove(ids: readonly string[]): Promise<string> {
    const gone = new Set(ids)
    this.queue.drop((id) => gone.has(id))
    for (const id of ids) if (this.queue.isTaken(id)) gone.delete(id)
    for (const id of gone) {
      this.restorer.leave(id)
      this.damage.leave(id)
      this.loaded.forget(id)
    }
    return this.removed.remove(gone)
  }

  putBack = (key: string): void => this.removed.putBack(key)

  async thumbnail({ id, size }: ParsedParams<'denoise.thumbnail'>): Promise<PixelBlock> {
    const range = this.list.get(id)?.controls.range
    const { path } = this.list.readableSourceOf(id)
    return readThumbnail(path, size, (image) => this.scales.of(image, range))
  }

  /** @throws ExpectedError for what cannot be read */
  async openPicture(id: string): Promise<OpenedPicture> {
    const loaded = await this.load(id)
    const { channels, format, pixels, floats } = loaded.picture
    const { noise, certainty } = await loaded.noise(this.free)
    const { repairs } = await loaded.repair(this.free)
    const scale = noiseScale(repairs, loaded.picture)
    const depth = floats ? 32 : pixels instanceof Uint16Array ? 16 : 8
    return {
      id,
      channels,
      format,
      depth,
      certainty,
      ...loaded.levels.sizeOf(0),
      ...toldNoise(noise, scale),
      repairs: foundRepairs(repairs, loaded.picture),
      jpeg: await mendableJpeg(this.free, loaded.image, loaded.picture),
      scale: loaded.picture.scale ?? null,
    }
  }

  async view({ id, ...asked }: ParsedParams<'denoise.view'>): Promise<PictureView> {
    if (isDamage(asked.controls)) {
      this.restorer.leave(id)
      return this.damage.view(id, asked.controls, asked)
    }
    this.damage.leave()
    const loaded = await this.load(id)
    return this.inspector.view(id, loaded, asked, (look) => this.restorer.look(look))
  }

  /** What is of pictures of their own is not remembered for those that come later. */
  async setControls({ ids, controls, isOwn }: ParsedParams<'denoise.setControls'>): Promise<void> {
    const known = ids.filter((id) => this.list.has(id))
    this.list.change(known, (row) => ({ ...row, controls, hasOwnControls: isOwn ?? row.hasOwnControls }))
    const shared = known.filter((id) => !this.list.get(id)!.hasOwnControls)
    const folders = new Set(shared.map((id) => dirname(this.sourceOf(id).path)))
    if (folders.size > 0) await this.memory.setControls(folders, controls)
  }

  /** Null where nothing was painted. */
  mask = (id: string, layer: MaskLayer): StrengthMask | null => this.sourceOf(id) && this.masks[layer].get(id)

  /** @returns the name of the mask. @throws ExpectedError when it is not on the list */
  setMask(id: string, layer: MaskLayer, mask: StrengthMask | null): string | null {
    this.sourceOf(id)
    const name = this.masks[layer].set(id, mask)
    this.list.change([id], (row) => ({ ...row, [layer === 'holes' ? 'holes' : 'mask']: name }))
    if (layer === 'holes') return name
    this.restorer.lookForMore(null)
    if (name === null) this.loaded.peek(id)?.forgetStronger()
    return name
  }

  /** Null where nothing looks like a scratch. */
  findScratches = (id: string): Promise<StrengthMask | null> => this.damage.findScratches(id)

  async save({ ids, output, again, forDownload }: ParsedParams<'denoise.save'>): Promise<void> {
    const folder = output.folder === null ? null : this.deps.places.resolve(output.folder)
    const asked = new Set(ids)
    const rows = this.list.listing().items.filter(({ id }) => asked.has(id) && this.list.has(id))
    if (folder === null && !forDownload && rows.some(({ isUploaded }) => isUploaded))
      throw new ExpectedError('bad-input', sentence('denoising.noFolderBesideThem'))
    await this.memory.setOutput(output)
    await this.list.lookAgain(rows.flatMap(({ id, state }) => (state === 'failed' ? id : [])))
    const readable = rows.map(({ id }) => this.list.get(id)!).filter(({ isReadable }) => isReadable)
    const add = (some: readonly DenoisePicture[], request: Parameters<SaveQueue['add']>[1]) =>
      some.length > 0 && this.queue.add(some.map(this.queued), request)
    const [uploaded, others] = [true, false].map((is) => readable.filter((one) => one.isUploaded === is))
    add(others!, { output, folder, again })
    // What they came from is a copy that nobody sees, so nothing takes its place.
    const own = { ...output, replaceOriginals: false }
    add(uploaded!, { output: own, folder: folder ?? this.downloads.folder, again })
  }

  private queued = ({ id, controls, width, height }: DenoisePicture): QueuedPicture => ({
    id,
    controls,
    ...this.sourceOf(id),
    mask: this.masks.for(id, controls.kind),
    megapixels: (width * height) / 1e6,
  })

  async setFolder(place: string | null): Promise<void> {
    await this.folder.set(place)
    this.deps.events.emit('denoise.stateChanged', this.state())
  }

  /** Of those that have a result with the app. @throws ExpectedError */
  async download(ids: readonly string[]): Promise<Results['denoise.download']> {
    const rows = ids.flatMap((id) => this.list.get(id) ?? []).filter(({ isDownloadable }) => isDownloadable)
    if (rows.length === 0) throw new ExpectedError('not-found', sentence('denoising.noneHasResult'))
    const folders = new Set(rows.map(({ id }) => dirname(this.sourceOf(id).path)))
    const [folder] = folders
    const called = folders.size === 1 && basename(folder!) !== 'uploaded' ? basename(folder!) : 'pictures'
    const paths = rows.map(({ id }) => this.resultOf(id))
    return this.downloads.offer(paths, `${called}-denoised`)
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
    if (path === null) throw new ExpectedError('not-found', sentence('denoising.noResultYet'))
    return path
  }

  /** @throws ExpectedError where there is none, or it is gone */
  resultFile = async (id: string): Promise<Place> => this.deps.places.add(this.resultOf(id))

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
    forDownload,
    ...params
  }: ParsedParams<'denoise.saveComparison'>): Promise<Results['denoise.saveComparison']> {
    const { path } = this.list.readableSourceOf(params.id)
    const isHomeless = folder === null && this.list.get(params.id)!.isUploaded
    if (isHomeless && !forDownload)
      throw new ExpectedError('bad-input', sentence('denoising.noFolderBesideIt'))
    const beside = isHomeless ? this.downloads.folder : dirname(path)
    const chosen = folder === null ? beside : this.deps.places.resolve(folder)
    await makeFolder(chosen)
    const written = await this.inspector.saveComparison(params, path, chosen)
    const download = isHomeless ? (await this.downloads.offer([written], '')).path : null
    return { name: basename(written), download }
  }

  async close(): Promise<void> {
    await this.queue.close()
    await this.restorer.close()
    await this.damage.close()
  }

  private sourceOf = (id: string): Source => this.list.sourceOf(id)

  private change(ids: readonly string[], changes: Partial<DenoisePicture>): void {
    this.list.change(ids, (row) => this.withResult({ ...row, ...changes }))
  }

  private withResult(row: DenoisePicture): DenoisePicture {
    const path = row.result === null ? null : this.queue.resultOf(row.id)
    return { ...row, isDownloadable: path !== null && isInside(path, this.downloads.folder) }
  }

  private async load(id: string) {
    const { path } = this.list.readableSourceOf(id)
    try {
      return await this.loaded.get(id, path, this.list.get(id)?.controls.range ?? 'auto')
    } catch (error) {
      throw new ExpectedError('bad-input', reasonOf(error), { cause: error })
    }
  }
}
