import type { CompressionTrial, KeptPictures, RateCurve } from '../../../shared/api/compression'
import { checkHasCode } from '../../../shared/checkHasCode'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { InputShape } from '../../../shared/modelSpec'
import type { JobProgress } from '../../base/jobService'
import type { Dataset } from '../../store/datasetStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { TryResult } from './tasks/compressionTasks'
import { openNamedModel } from '../models/builtinModels'
import { openImages } from '../models/modelWork'
import {
  codecNames,
  type Curves,
  type KeptByCodec,
  keptByCodecs,
  sheetCurves,
  singleCurves,
} from './codecCurves'
import { isOfModelSize, trainingDataset } from './compressImages'
import { evenBytes } from './tasks/someImages'

/** Images on which qualities are tried, and of which each codec writes a file at each setting. */
const triedImages = 72
const comparedImages = 36
/** Images that are shown. */
const shownImages = 6

export interface TrialRequest {
  /** Folder of a run or of a saved model. */
  readonly model: string
  /** As people know it. */
  readonly name: string
  /** Of the images: a folder, a file or a dataset. */
  readonly path: string
}

export interface TrialWork extends ComputeTarget {
  readonly client: ComputeClient
  readonly signal: AbortSignal
  readonly report: (progress: JobProgress) => void
}

/** What was measured of a folder, and its images as the model takes them. Close it when done. */
export interface OpenTrial {
  readonly told: Omit<CompressionTrial, 'id' | 'folder' | 'saved'>
  readonly dataset: Dataset
  readonly input: InputShape
  readonly result: TryResult
  /** The same images as those of the result that are shown, as other codecs keep them. */
  readonly byCodecs: readonly KeptByCodec[]
  readonly shown: Uint8Array
  close(): Promise<void>
}

/** @throws ExpectedError, CancelledError; nothing stays open then */
export async function openTrial(request: TrialRequest, work: TrialWork): Promise<OpenTrial> {
  const { client, signal, report, runtime, device } = work
  const model = await openNamedModel(request.model)
  checkHasCode(model.files.spec)
  const { input } = model.files.spec
  let skipped = 0
  const { dataset, close } = await openImages([request.path], input, {
    client,
    signal,
    onImport: ({ done, total }) => report({ phase: 'reading', done, total }),
    onSkipped: ({ length }) => (skipped = length),
  })
  try {
    const { count } = dataset.info
    if (count === 0) throw new ExpectedError('bad-input', sentence('compression.folderWithoutImages'))
    const training = await trainingDataset(model)
    const tried = { model: model.files, dataset: dataset.folder, training, runtime, device }
    const onEvent = ({ done, total }: { done: number; total: number }) =>
      report({ phase: 'trying', done, total: 2 * total })
    const images = Math.min(triedImages, count)
    const shown = Math.min(shownImages, images)
    const result = await client.call('tryCompression', { ...tried, images, shown }, { signal, onEvent })
    const curves = await rivalCurves(dataset, input, work)
    // The first of those that are measured.
    const pixels = (await evenBytes(dataset, images)).subarray(0, shown * dataset.rowBytes)
    const byCodecs = await keptByCodecs(pixels, input)
    const { points, usual, knowsTraining, pca } = result
    const told = {
      model: request.name,
      count,
      skipped,
      usual,
      knowsTraining,
      isOwnSize: await isOfModelSize(dataset),
      points: points.map(({ psnr, ssim, bytes, fixedBytes }) => ({ psnr, ssim, bytes, fixedBytes })),
      curves: [curveOf('hourglass', points), ...curves, curveOf('pca', pca)],
    }
    return { told, dataset, input, result, byCodecs, shown: pixels, close }
  } catch (error) {
    await close()
    throw error
  }
}

const curveOf = (name: RateCurve['name'], points: Curves[number]): RateCurve => ({
  name,
  points: [...points].sort((a, b) => a.bytes - b.bytes).map(({ bytes, psnr }) => ({ bytes, psnr })),
})

async function rivalCurves(
  dataset: Dataset,
  input: InputShape,
  { signal, report }: TrialWork,
): Promise<RateCurve[]> {
  const pixels = await evenBytes(dataset, comparedImages)
  const told = (from: number) => (done: number, total: number) =>
    report({ phase: 'comparing', done: Math.round(100 * (from + (0.25 * done) / total)), total: 100 })
  const single = await singleCurves(pixels, input, { signal, onProgress: told(0.5) })
  const sheet = await sheetCurves(pixels, input, { signal, onProgress: told(0.75) })
  return [
    ...codecNames.flatMap((name) => single[name].map((points) => curveOf(name, points))),
    ...sheet.webp.map((points) => curveOf('webpSheet', points)),
    ...sheet.avif.map((points) => curveOf('avifSheet', points)),
  ]
}

/** The images that are shown at one of the qualities, and as the other codecs keep them in as many bytes. */
export function keptPictures(
  { result, byCodecs, shown, input, dataset }: OpenTrial,
  index: number,
): KeptPictures[] {
  const point = result.points[Math.min(index, result.points.length - 1)]!
  const images = (data: Uint8Array) => ({
    count: shown.length / dataset.rowBytes,
    data,
    width: input.width,
    height: input.height,
    channels: input.channels,
  })
  const codecs = codecNames.map((name): KeptPictures => {
    const { bytes, psnr, decoded } = nearest(
      byCodecs.filter(({ codec }) => codec === name),
      point.bytes,
    )
    return { name, bytes, psnr, images: images(decoded) }
  })
  return [
    { name: 'original', bytes: null, psnr: null, images: images(shown) },
    { name: 'hourglass', bytes: point.bytes, psnr: point.psnr, images: images(point.drawn) },
    ...codecs,
  ]
}

/** The best that takes no more bytes; where a codec cannot be as small, its smallest. */
export function nearest(kept: readonly KeptByCodec[], bytes: number): KeptByCodec {
  const small = kept.filter((one) => one.bytes <= bytes)
  if (small.length > 0) return small.reduce((best, one) => (one.psnr > best.psnr ? one : best))
  return kept.reduce((least, one) => (one.bytes < least.bytes ? one : least))
}
