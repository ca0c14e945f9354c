import { randomUUID } from 'node:crypto'
import { basename, extname, join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type { CompressionTrial, InspectedFile, KeptPictures } from '../../../shared/api/compression'
import type { Begun } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Fence } from '../../base/fence'
import type { JobService } from '../../base/jobService'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { roomHandlers } from '../../base/roomHandlers'
import { FreeNames } from '../../store/freeNames'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { ModelService } from '../models/modelService'
import { compressImages, hgzExtension } from './compressImages'
import { decompressFile } from './decompressFile'
import { inspectFile } from './inspectFile'
import { keptPictures, openTrial, type OpenTrial } from './trialFolder'

export interface CompressionDependencies {
  readonly models: ModelService
  readonly jobs: JobService
  readonly places: PlaceRegistry
  readonly fence: Fence
  readonly client: ComputeClient
  readonly target: () => ComputeTarget
}

interface Entry {
  readonly folder: string
  /** Absolute path of the model. */
  readonly model: string
  readonly name: string
  trial: OpenTrial | null
  saved: CompressionTrial['saved']
}

/** Trials that stay open, each with its images in a folder of the system's: the window looks at one. */
const mostTrials = 2

/** Folders of images as one file, and back again, as the window asks for it. */
export class CompressionService {
  private readonly entries = new Map<string, Entry>()

  constructor(private readonly deps: CompressionDependencies) {}

  /** @throws ExpectedError for a model that is gone */
  async try({ model: modelId, place }: ParsedParams<'compression.try'>): Promise<Begun & { id: string }> {
    const { models, jobs, places, client, target, fence } = this.deps
    const path = places.resolve(place)
    fence.check(path)
    const [model, { name }] = [await models.folderOf(modelId), await models.get(modelId)]
    const id = randomUUID()
    const entry: Entry = { folder: basename(path), model, name, trial: null, saved: null }
    const { id: job } = jobs.start({
      kind: 'compress',
      subject: entry.folder,
      queue: 'compression',
      work: async (report, signal) => {
        const work = { client, signal, report, ...target() }
        entry.trial = await openTrial({ model, name, path }, work)
        await this.keep(id, entry)
      },
    })
    return { id, job }
  }

  private async keep(id: string, entry: Entry): Promise<void> {
    this.entries.set(id, entry)
    for (const [old, { trial }] of [...this.entries].slice(0, -mostTrials)) {
      this.entries.delete(old)
      await trial?.close()
    }
  }

  get = (id: string): CompressionTrial | null => {
    const entry = this.entries.get(id)
    return entry?.trial ? { ...entry.trial.told, id, folder: entry.folder, saved: entry.saved } : null
  }

  async pictures({ id, point }: ParsedParams<'compression.pictures'>): Promise<readonly KeptPictures[]> {
    return keptPictures(this.openOf(id).trial, point)
  }

  /** @throws ExpectedError */
  async save(params: ParsedParams<'compression.save'>): Promise<Begun> {
    const { jobs, places, client, target, fence } = this.deps
    const entry = this.openOf(params.id)
    const folder = places.resolve(params.folder)
    const name = (await FreeNames.in(folder)).take(entry.folder, hgzExtension)
    const out = join(folder, name)
    fence.check(out)
    const request = {
      model: entry.model,
      images: [entry.trial.dataset.folder],
      out,
      overwrite: false,
      compares: false,
      modelOutside: params.modelOutside,
      modelName: entry.name,
      maxError: params.psnr === null ? 0 : null,
      goal: params.psnr === null ? ({ kind: 'auto' } as const) : { kind: 'psnr' as const, psnr: params.psnr },
    }
    const { id: job } = jobs.start({
      kind: 'compress',
      subject: entry.folder,
      queue: 'compression',
      work: async (report, signal) => {
        const onProgress = (done: number, total: number) => report({ phase: 'writing', done, total })
        const { bytes, psnr, isReached } = await compressImages(
          { ...request, ...target() },
          { client, signal, onProgress },
        )
        entry.saved = { name, bytes, psnr, isReached }
      },
    })
    return { job }
  }

  async inspect(place: string): Promise<InspectedFile> {
    const path = this.deps.places.resolve(place)
    this.deps.fence.check(path)
    const { header, index, size } = await inspectFile(path)
    const { name, inside } = header.model
    return {
      name: basename(path),
      bytes: size,
      count: header.count,
      psnr: index.psnr,
      maxError: header.maxError,
      model: { name, isInside: inside },
      width: header.input.width,
      height: header.input.height,
    }
  }

  /** Into a new folder within the chosen one. @throws ExpectedError */
  async unpack({ place, folder, model }: ParsedParams<'compression.unpack'>): Promise<Begun> {
    const { jobs, places, models, client, target, fence } = this.deps
    const file = places.resolve(place)
    const chosen = places.resolve(folder)
    const name = (await FreeNames.in(chosen)).take(basename(file, extname(file)))
    const out = join(chosen, name)
    for (const path of [file, out]) fence.check(path)
    const named = model === null ? null : await models.folderOf(model)
    const request = { file, out, overwrite: false, model: named, only: [], ...target() }
    const { id: job } = jobs.start({
      kind: 'decompress',
      subject: name,
      queue: 'compression',
      work: async (report, signal) => {
        const onProgress = (done: number, total: number) => report({ done, total })
        await decompressFile(request, { client, signal, onProgress })
      },
    })
    return { job }
  }

  async close(): Promise<void> {
    for (const { trial } of this.entries.values()) await trial?.close()
    this.entries.clear()
  }

  private openOf(id: string): Entry & { trial: OpenTrial } {
    const entry = this.entries.get(id)
    if (entry?.trial) return entry as Entry & { trial: OpenTrial }
    throw new ExpectedError('not-found', sentence('compression.trialGone'))
  }
}

export const compressionHandlers = (service: CompressionService) =>
  roomHandlers('compression', service, {
    get: async ({ id }) => service.get(id),
    inspect: ({ place }) => service.inspect(place),
  })
