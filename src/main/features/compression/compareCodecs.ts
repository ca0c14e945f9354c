import type { RivalName } from '../../../shared/api/compression'
import type { InputShape } from '../../../shared/modelSpec'
import { bestAt, type Rate } from '../../../shared/ratesAtPsnr'
import { maxPsnr } from '../../engine/imaging/psnr'
import type { Dataset } from '../../store/datasetStore'
import type { CompressResult, CurvePoint } from './tasks/compressionTasks'
import type { ComputeTarget, ModelFiles } from '../../worker/protocol'
import { type CodecName, type Curves, sheetCurves, singleCurves } from './codecCurves'
import type { CompressWork } from './compressImages'
import { evenBytes } from './tasks/someImages'

export interface CompressionComparison {
  /** Images of which JPEG, WebP and AVIF wrote a file each, and those of the sheets and of the model's curves. */
  readonly images: { readonly single: number; readonly sheet: number }
  /** In dB, of the file. */
  readonly psnr: number
  /** Bytes of codes an image, at that PSNR or more where nothing coarser can be had, on the same images as the rivals. */
  readonly hourglass: Rate
  /** Null where a codec does not reach the PSNR. */
  readonly rivals: Readonly<Record<RivalName, Rate | null>>
  /** The smallest of JPEG, WebP and AVIF with one file an image, and of the sheets. */
  readonly bestSingle: RivalName | null
  readonly bestSheet: RivalName | null
  /** From so many images on the file with its model is smaller; null where it never is. */
  readonly paysFrom: { readonly single: number | null; readonly sheet: number | null }
  readonly curves: { readonly hourglass: Curves } & Readonly<Record<RivalName, Curves>>
}

export interface ComparisonParams extends ComputeTarget {
  readonly model: ModelFiles
  readonly training: string | null
  readonly dataset: Dataset
  readonly result: CompressResult
}

/** Images that each codec writes a file of at each setting, and those that share a sheet. */
const singleImages = 100
const sheetImages = 400
/** Pixels of a sheet: AVIF takes seconds for each million. */
const sheetValues = 3e6

/** Measures other ways to keep the same images. @throws CancelledError */
export async function compareCodecs(
  params: ComparisonParams,
  work: CompressWork,
): Promise<CompressionComparison> {
  const { dataset, result, ...target } = params
  const shape: InputShape = target.model.spec.input
  const steps = 3
  const progress = (step: number) => (done: number, total: number) =>
    work.onComparing?.(Math.round((100 * (step + done / total)) / steps), 100)
  const sheetCount = Math.max(16, Math.min(sheetImages, Math.floor(sheetValues / dataset.rowBytes)))
  const own = await ownCurves(params, sheetCount, work, progress(0))
  const signal = work.signal
  const some = await evenBytes(dataset, singleImages)
  const single = await singleCurves(some, shape, { signal, onProgress: progress(1) })
  const many = await evenBytes(dataset, sheetCount)
  const sheets = await sheetCurves(many, shape, { signal, onProgress: progress(2) })
  const curves = {
    hourglass: [own.model],
    pca: own.pca.length > 0 ? [own.pca] : [],
    ...single,
    webpSheet: sheets.webp,
    avifSheet: sheets.avif,
  }
  return summarize(curves, result, {
    single: some.length / dataset.rowBytes,
    sheet: many.length / dataset.rowBytes,
  })
}

/** Of the model and of PCA. Where pixels are kept, the file itself is the only point. */
async function ownCurves(
  { dataset, result, ...target }: ComparisonParams,
  images: number,
  work: CompressWork,
  onProgress: (done: number, total: number) => void,
): Promise<{ model: readonly CurvePoint[]; pca: readonly CurvePoint[] }> {
  const { parts, count, psnr, step, details } = result
  if (parts.pixels > 0) {
    const bytes = (parts.codes + parts.pixels) / count
    return { model: [{ setting: step, bytes, psnr, ssim: psnr >= maxPsnr ? 1 : Number.NaN }], pca: [] }
  }
  return work.client.call(
    'measureCompression',
    { ...target, dataset: dataset.folder, psnr, step, withDetails: details > 0, images },
    { signal: work.signal, onEvent: ({ done, total }) => onProgress(done, total) },
  )
}

function summarize(
  curves: CompressionComparison['curves'],
  result: CompressResult,
  images: CompressionComparison['images'],
): CompressionComparison {
  const { psnr } = result
  const of = (name: RivalName) => bestAt(curves[name], psnr)
  const rivals = {
    jpeg: of('jpeg'),
    webp: of('webp'),
    avif: of('avif'),
    webpSheet: of('webpSheet'),
    avifSheet: of('avifSheet'),
    pca: of('pca'),
  }
  const smallest = (names: readonly RivalName[]) =>
    names.reduce<RivalName | null>((best, name) => {
      const bytes = rivals[name]?.bytes
      return bytes !== undefined && bytes < (best ? rivals[best]!.bytes : Infinity) ? name : best
    }, null)
  const hourglass = bestAt(curves.hourglass, psnr) ?? { bytes: 0, psnr }
  const bestSingle = smallest(['jpeg', 'webp', 'avif'] satisfies CodecName[])
  const bestSheet = smallest(['webpSheet', 'avifSheet'])
  const pays = (name: RivalName | null) => paysFrom(result, name === null ? null : rivals[name])
  return {
    images,
    psnr,
    hourglass,
    rivals,
    bestSingle,
    bestSheet,
    curves,
    paysFrom: { single: pays(bestSingle), sheet: pays(bestSheet) },
  }
}

/** Images from which on the file is smaller than the rival's, when each further one takes what these take. */
export function paysFrom({ bytes, parts, count }: CompressResult, rival: Rate | null): number | null {
  if (!rival) return 1
  const each = (parts.codes + parts.pixels) / count
  const fixed = bytes - parts.codes - parts.pixels - parts.names
  return rival.bytes > each ? Math.max(1, Math.ceil(fixed / (rival.bytes - each))) : null
}
