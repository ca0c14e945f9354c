import { existsSync } from 'node:fs'
import { basename, dirname, extname } from 'node:path'
import { checkHasCode } from '../../../shared/checkHasCode'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Dataset } from '../../store/datasetStore'
import { makeFolder } from '../../store/makeFolder'
import type { TrainedModel } from '../../store/modelStore'
import { readRunInfo, runFiles } from '../../store/runStore'
import type { CompressionGoal, CompressResult } from './tasks/compressionTasks'
import { openNamedModel } from '../models/builtinModels'
import { type ModelRequest, type ModelWork, openImages } from '../models/modelWork'
import { compareCodecs, type CompressionComparison } from './compareCodecs'

export interface CompressRequest extends ModelRequest {
  /** A dataset, or folders and files of images. */
  readonly images: readonly string[]
  /** FILE.hgz */
  readonly out: string
  readonly overwrite: boolean
  readonly goal: CompressionGoal
  /** Largest error of a pixel, of 255: 0 is lossless; null keeps what the decoder draws. */
  readonly maxError: number | null
  readonly modelOutside: boolean
  /** What people call the model; that of its folder if not given. */
  readonly modelName?: string
  /** Whether JPEG, WebP, AVIF and PCA are measured on the same images. */
  readonly compares: boolean
}

export interface CompressSummary extends CompressResult {
  readonly out: string
  readonly comparison: CompressionComparison | null
  readonly seconds: number
}

export interface CompressWork extends ModelWork {
  /** Of measuring the other codecs. */
  readonly onComparing?: (done: number, total: number) => void
}

export const hgzExtension = '.hgz'

/**
 * Writes images as codes of a model into one file. However many there are, a few hundred are in memory.
 * @throws ExpectedError, CancelledError; nothing is written then
 */
export async function compressImages(request: CompressRequest, work: CompressWork): Promise<CompressSummary> {
  const { images, out, goal, maxError, modelOutside, runtime, device } = request
  checkOut(request)
  const model = await openNamedModel(request.model)
  const { files } = model
  const name = request.modelName ?? model.name
  checkHasCode(files.spec)
  const training = await trainingDataset(model)
  await makeFolder(dirname(out))
  const { dataset, close } = await openImages(images, files.spec.input, work)
  try {
    if (dataset.info.count === 0)
      throw new ExpectedError('bad-input', sentence('compression.noImagesIn', { path: images[0]! }))
    if (maxError !== null) await checkSizes(dataset)
    const startedAt = performance.now()
    work.onProgress?.(0, dataset.info.count)
    const inputs = { model: files, dataset: dataset.folder, training, runtime, device }
    const result = await work.client.call(
      'compress',
      { ...inputs, name, out, goal, maxError, modelInside: !modelOutside },
      { signal: work.signal, onEvent: ({ done, total }) => work.onProgress?.(done, total) },
    )
    const seconds = (performance.now() - startedAt) / 1000
    const comparison = request.compares ? await compareCodecs({ ...inputs, dataset, result }, work) : null
    return { ...result, out, comparison, seconds }
  } finally {
    await close()
  }
}

function checkOut({ out, overwrite }: CompressRequest): void {
  if (extname(out).toLowerCase() !== hgzExtension)
    throw new ExpectedError('bad-usage', sentence('compression.otherEnding', { out, ending: hgzExtension }))
  if (existsSync(out) && !overwrite)
    throw new ExpectedError('bad-input', sentence('compression.fileThere', { name: basename(out) }))
}

/** The images that a model was trained on, where they are still there. */
export async function trainingDataset({ kind, folder }: TrainedModel): Promise<string | null> {
  const run = kind === 'run' ? folder : dirname(folder)
  if (!existsSync(runFiles.info(run))) return null
  const info = await readRunInfo(run).catch(() => null)
  return info && info.config.patches === null && existsSync(info.dataset) ? info.dataset : null
}

/** Whether all images had the model's size before they were made a dataset. */
export async function isOfModelSize(dataset: Dataset): Promise<boolean> {
  const { width, height } = dataset.info
  for await (const item of dataset.items()) if (item.width !== width || item.height !== height) return false
  return true
}

/** Pixels that were scaled away cannot be given back. */
async function checkSizes(dataset: Dataset): Promise<void> {
  const { width, height } = dataset.info
  for await (const item of dataset.items())
    if (item.width !== width || item.height !== height)
      throw new ExpectedError(
        'bad-input',
        sentence('compression.otherSize', {
          path: item.path,
          width: item.width,
          height: item.height,
          drawnWidth: width,
          drawnHeight: height,
        }),
      )
}
