import { basename } from 'node:path'
import type { EncodedImage, ParsedParams, Results } from '../../../shared/api/commands'
import {
  type DatasetSummary,
  type ModelDetail,
  modelIdOfRun,
  type ModelSummary,
  type PixelBlock,
  runOfModelId,
} from '../../../shared/api/library'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { freeName, nameSetApart } from '../../../shared/freeName'
import { weightBytes } from '../../../shared/modelSize'
import { codeSize, type InputShape } from '../../../shared/modelSpec'
import { formatNoise } from '../../../shared/noise'
import { inBackground } from '../../../shared/inBackground'
import { asBytes, clipped } from '../../engine/imaging/pixelBytes'
import { psnrOfImages } from '../../engine/imaging/psnr'
import { writeFileAtomic } from '../../store/atomicWrite'
import { modelFiles, openModel, readModelInfo, type TrainedModel } from '../../store/modelStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { DatasetService } from '../datasets/datasetService'
import type { EventBus } from '../../base/eventBus'
import { type Library, refuseTaken } from '../../base/library'
import type { Log } from '../../base/log'
import type { Fence } from '../../base/fence'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { RevisedList } from '../../base/revisedList'
import type { RunService } from '../training/runService'
import { pixelsOfFile } from './imagePixels'
import { nameOfImported, noiseOfImported, readModel, saveImported } from './importModel'
import { copyModel, keepModel } from './keepModel'
import { modelOfRun, savedModel } from './modelLibrary'
import { saveDecoded } from './saveDecoded'

export interface ModelDependencies {
  readonly library: Library
  readonly events: EventBus
  readonly log: Log
  readonly runs: RunService
  readonly datasets: DatasetService
  readonly places: PlaceRegistry
  /** What may be read; everything without. */
  readonly fence?: Fence
  /** A worker of its own, so that a model can be tried while another one trains. */
  readonly client: ComputeClient
  /** The built worker, of which each import has one of its own. */
  readonly computeWorker: URL
  /** Of Hourglass. */
  readonly version: string
}

/** Where models are tried: one image takes no GPU, and must not wait for one. */
const target = { runtime: 'onnx', device: 'cpu' } as const
const rangeImages = 2000
const mostDecoded = 1024

/** Trained models: the best epoch of each run, and those that were kept. */
export class ModelService {
  private readonly list: RevisedList<ModelSummary>
  private readonly ranges = new Map<string, Promise<EncodedImage['codeRange']>>()

  private constructor(private readonly deps: ModelDependencies) {
    this.list = new RevisedList((changes) => deps.events.emit('models.changed', changes))
  }

  static async open(deps: ModelDependencies): Promise<ModelService> {
    const service = new ModelService(deps)
    await service.refreshAll()
    deps.library.onChange((change) => {
      if (change === null) inBackground(service.refreshAll())
      else if (change.kind === 'models') inBackground(service.refresh(change.id))
    })
    deps.events.on('datasets.changed', ({ changed, removed }) => service.datasetsChanged(changed, removed))
    deps.events.on('runs.changed', ({ changed, removed }) => {
      for (const run of changed) service.setModelOfRun(run.id)
      for (const id of removed) service.list.remove(modelIdOfRun(id))
    })
    return service
  }

  listing = () => this.list.listing()
  private names = () => this.list.listing().items.map(({ name }) => name)

  async folderOf(id: string): Promise<string> {
    const run = runOfModelId(id)
    if (run !== null) return this.deps.runs.folderOf(run)
    return (await this.deps.library.find('models', id)).folder
  }

  async get(id: string): Promise<ModelDetail> {
    const run = runOfModelId(id)
    if (run === null) return withSize(await this.saved(id))
    // Whether there still is such a run.
    await this.deps.runs.folderOf(run)
    const summary = this.list.get(id)
    if (!summary) throw new ExpectedError('not-found', sentence('models.runNoModelYet'))
    return withSize({ ...summary, versions: (await this.deps.runs.get(run)).versions })
  }

  /** A copy that stays when the run goes. The run's own model has the run's name: what is kept is told apart from it. */
  async keep({ run, name: wanted }: ParsedParams<'models.keep'>): Promise<Results['models.keep']> {
    const source = await this.deps.runs.folderOf(run)
    const name = nameSetApart(wanted, '(kept)', this.names())
    return this.add(name, (folder) => keepModel(source, folder, name))
  }

  /** The model of a run that is not in the library. */
  async keepFolder(run: string, wanted: string): Promise<{ id: string; name: string }> {
    const name = freeName(wanted, this.names())
    return this.add(name, (folder) => keepModel(run, folder, name))
  }

  /** A copy of a model's folder, such as one that comes with the app. */
  async adopt(source: string, wanted: string): Promise<{ id: string; name: string }> {
    const name = freeName(wanted, this.names())
    return this.add(name, (folder) => copyModel(source, folder, name))
  }

  /** @throws ExpectedError with a sentence for what cannot be read */
  async inspect({ place, hints }: ParsedParams<'models.inspect'>): Promise<Results['models.inspect']> {
    const { places, fence, computeWorker } = this.deps
    const path = places.resolve(place)
    const imported = await readModel(path, hints, computeWorker, fence)
    const { spec, notes } = imported
    return { name: nameOfImported(imported, path), spec, notes, noise: noiseOfImported(imported) }
  }

  /** Reads a model out of a chosen file, and keeps it. @throws ExpectedError; nothing is kept then */
  async import({ place, hints, noise }: ParsedParams<'models.import'>): Promise<Results['models.import']> {
    const { places, fence, version, computeWorker } = this.deps
    const path = places.resolve(place)
    const imported = await readModel(path, hints, computeWorker, fence)
    const name = nameSetApart(nameOfImported(imported, path), '(imported)', this.names())
    const said = noise && formatNoise(noise)
    return this.add(name, (folder) => saveImported(imported, folder, { name, path, version, noise: said }))
  }

  /** @throws ExpectedError for a name that another model has */
  async rename(id: string, name: string): Promise<void> {
    const run = runOfModelId(id)
    if (run !== null) return this.deps.runs.describe(run, { name })
    const { folder } = await this.deps.library.find('models', id)
    refuseTaken('model', id, name, this.list.listing().items)
    const info = { ...(await readModelInfo(folder)), name }
    await writeFileAtomic(modelFiles.info(folder), `${JSON.stringify(info, null, 2)}\n`)
    await this.refresh(id)
  }

  /**
   * Into the trash. Resolves to the key that restores it.
   * @throws ExpectedError for the model of a run, which goes with its run
   */
  async remove(id: string): Promise<string> {
    if (runOfModelId(id) !== null) throw new ExpectedError('bad-input', sentence('models.modelPartRunDelete'))
    const key = await this.deps.library.discard('models', id)
    this.list.remove(id)
    return key
  }

  /** One image through the model. */
  async encode({ id, image, noise, seed }: ParsedParams<'models.encode'>): Promise<EncodedImage> {
    const model = await openModel(await this.folderOf(id))
    const { input: shape } = model.files.spec
    const pixels = await this.pixelsOf(image, shape)
    const { input, output, code } = await this.deps.client.call('tryImage', {
      ...target,
      model: model.files,
      pixels,
      noise,
      seed,
    })
    const clean = Float32Array.from(pixels, (byte) => byte / 255)
    return {
      original: block(shape, pixels),
      input: block(shape, asBytes(input)),
      reconstruction: block(shape, asBytes(output)),
      code,
      codeRange: await this.rangeOf(id, model, code),
      psnr: psnrOfImages(clean, clipped(output), shape)[0]!,
      noisyPsnr: noise && psnrOfImages(clean, clipped(input), shape)[0]!,
    }
  }

  async decode({ id, code }: ParsedParams<'models.decode'>): Promise<PixelBlock> {
    const { files } = await openModel(await this.folderOf(id))
    const size = codeSize(files.spec)
    const count = code.length / size
    if (count < 1 || count % 1 !== 0 || !code.every((value) => Number.isFinite(value)))
      throw new ExpectedError('bad-input', sentence('models.codeModelNumbers', { size }))
    if (count > mostDecoded)
      throw new ExpectedError('bad-input', sentence('models.mostImagesCanDrawn', { mostDecoded }))
    const { image } = await this.deps.client.call('tryCode', { ...target, model: files, code })
    return { ...block(files.spec.input, asBytes(image)), count }
  }

  async saveDecoded(params: ParsedParams<'models.saveDecoded'>): Promise<{ name: string }> {
    const { id, code, columns, format, name, folder } = params
    const images = await this.decode({ id, code })
    const path = await saveDecoded(images, columns, format, this.deps.places.resolve(folder), name)
    return { name: basename(path) }
  }

  private async pixelsOf(
    image: ParsedParams<'models.encode'>['image'],
    shape: InputShape,
  ): Promise<Uint8Array> {
    if ('place' in image) return pixelsOfFile(this.deps.places.resolve(image.place), shape)
    const summary = this.deps.datasets.summary(image.dataset)
    if (
      summary?.width === shape.width &&
      summary.height === shape.height &&
      summary.channels === shape.channels
    ) {
      const size = Math.max(shape.width, shape.height)
      const rows = { id: image.dataset, rows: [image.row], size }
      return (await this.deps.datasets.thumbnails(rows)).data
    }
    throw new ExpectedError('bad-input', sentence('models.imagesDatasetAnotherSize'))
  }

  /** Over the images it learned from, found out once. */
  private async rangeOf(
    id: string,
    { files }: TrainedModel,
    code: Float32Array,
  ): Promise<EncodedImage['codeRange']> {
    const datasetId = this.list.get(id)?.trainedOn.datasetId
    const epoch = this.list.get(id)?.metrics?.epoch ?? 0
    const around = {
      min: code.map((value) => value - Math.max(1, 2 * Math.abs(value))),
      max: code.map((value) => value + Math.max(1, 2 * Math.abs(value))),
    }
    if (!datasetId) return around
    const key = `${id} ${epoch} ${this.deps.datasets.summary(datasetId)?.revision}`
    let range = this.ranges.get(key)
    if (!range) {
      if (this.ranges.size > 16) this.ranges.clear()
      const dataset = await this.deps.datasets.folderOf(datasetId).catch(() => null)
      if (dataset === null) return around
      range = this.deps.client.call('codeRange', { ...target, model: files, dataset, images: rangeImages })
      this.ranges.set(key, range)
      range.catch(() => this.ranges.delete(key))
    }
    return range.catch((error: unknown) => {
      if (error instanceof ExpectedError) return around
      throw error
    })
  }

  /** A model of the library that is whole, or none. */
  private async add(
    name: string,
    write: (folder: string) => Promise<void>,
  ): Promise<{ id: string; name: string }> {
    const { id, folder } = await this.deps.library.create('models', name)
    try {
      await write(folder)
    } catch (error) {
      await this.deps.library.remove('models', id).catch(() => undefined)
      throw error
    }
    await this.refresh(id)
    return { id, name }
  }

  private setModelOfRun(id: string): void {
    const run = this.deps.runs.summary(id)
    const model = run && modelOfRun(run)
    const known = this.list.get(modelIdOfRun(id))
    if (!model) {
      if (known) this.list.remove(known.id)
      return
    }
    const isSame =
      known?.name === model.name &&
      known.metrics?.epoch === model.metrics?.epoch &&
      known.trainedOn.datasetId === model.trainedOn.datasetId &&
      known.trainedOn.dataset === model.trainedOn.dataset
    // While it trains, a model is news when its best epoch is another one.
    if (!isSame) this.list.set(model)
  }

  /** A model names the dataset that it learned from, as long as that is there. */
  private datasetsChanged(changed: readonly DatasetSummary[], removed: readonly string[]): void {
    const names = new Set(changed.flatMap(({ id, name }) => [id, name]))
    for (const { id, kind, trainedOn } of this.list.listing().items) {
      const { dataset, datasetId } = trainedOn
      const isConcerned =
        names.has(dataset) || (datasetId !== null && [...names, ...removed].includes(datasetId))
      if (kind === 'saved' && isConcerned) inBackground(this.refresh(id))
    }
  }

  private async saved(id: string) {
    const { items } = this.deps.datasets.listing()
    const datasetId = (name: string) =>
      items.find((item) => item.name === name || item.id === name)?.id ?? null
    return savedModel(await this.deps.library.find('models', id), datasetId)
  }

  private async refresh(id: string): Promise<void> {
    try {
      this.list.set(await this.saved(id))
    } catch (error) {
      if (!(error instanceof ExpectedError)) this.deps.log.error(`The model ${id} cannot be read.`, error)
      this.list.remove(id)
    }
  }

  private async refreshAll(): Promise<void> {
    const entries = await this.deps.library.entries('models')
    const kept = await Promise.all(
      entries.map(({ id }) =>
        this.saved(id).catch((error: unknown) => {
          this.deps.log.warn(`The model ${id} cannot be read: ${(error as Error).message}`)
          return null
        }),
      ),
    )
    const ofRuns = this.deps.runs.listing().items.map(modelOfRun)
    const all = [...ofRuns, ...kept].filter((model) => model !== null)
    this.list.replaceAll(all)
  }
}

const withSize = <T extends ModelSummary>(model: T) => ({ ...model, bytes: weightBytes(model.spec) })

function block({ width, height, channels }: InputShape, data: Uint8Array): PixelBlock {
  return { count: 1, width, height, channels, data }
}
