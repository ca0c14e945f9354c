import type { InputShape } from '../../../shared/modelSpec'
import { maxPsnr } from '../../engine/imaging/psnr'
import type { Dataset } from '../../store/datasetStore'
import type { CompressResult, ComputeTarget, CurvePoint, ModelFiles } from '../../worker/protocol'
import { type CodecName, type Curves, sheetCurves, singleCurves } from './codecCurves'
import type { CompressWork } from './compressImages'

export const rivalNames = ['jpeg', 'webp', 'avif', 'webpSheet', 'avifSheet', 'pca'] as const
export type RivalName = (typeof rivalNames)[number]

/** Bytes an image at a PSNR. */
export interface AtPsnr {
  readonly bytes: number
  /** What it gives with these: more than asked for where nothing coarser can be had. */
  readonly psnr: number
}

export interface CompressionComparison {
  /** Images of which JPEG, WebP and AVIF wrote a file each, and those of the sheets and of the model's curves. */
  readonly images: { readonly single: number; readonly sheet: number }
  /** In dB, of the file. */
  readonly psnr: number
  /** Bytes of codes an image, at that PSNR, on the same images as the rivals. */
  readonly hourglass: AtPsnr
  /** Null where a codec does not reach the PSNR. */
  readonly rivals: Readonly<Record<RivalName, AtPsnr | null>>
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
  const some = await evenPixels(dataset, singleImages)
  const single = await singleCurves(some, shape, { signal, onProgress: progress(1) })
  const many = await evenPixels(dataset, sheetCount)
  const sheets = await sheetCurves(many, shape, { signal, onProgress: progress(2) })
  const curves = {
    ...{ hourglass: [own.model], pca: own.pca.length > 0 ? [own.pca] : [], ...single },
    ...{ webpSheet: sheets.webp, avifSheet: sheets.avif },
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
    ...{ jpeg: of('jpeg'), webp: of('webp'), avif: of('avif') },
    ...{ webpSheet: of('webpSheet'), avifSheet: of('avifSheet'), pca: of('pca') },
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
    ...{ images, psnr, hourglass, rivals, bestSingle, bestSheet, curves },
    paysFrom: { single: pays(bestSingle), sheet: pays(bestSheet) },
  }
}

/** Images from which on the file is smaller than the rival's, when each further one takes what these take. */
export function paysFrom({ bytes, parts, count }: CompressResult, rival: AtPsnr | null): number | null {
  if (!rival) return 1
  const each = (parts.codes + parts.pixels) / count
  const fixed = bytes - parts.codes - parts.pixels - parts.names
  return rival.bytes > each ? Math.max(1, Math.ceil(fixed / (rival.bytes - each))) : null
}

/** The fewest bytes of several curves at a PSNR or above. */
export function bestAt(curves: Curves, psnr: number): AtPsnr | null {
  return curves.reduce<AtPsnr | null>((best, curve) => {
    const found = curveAt(curve, psnr)
    return found && (!best || found.bytes < best.bytes) ? found : best
  }, null)
}

/** Between two points the logarithm of the bytes is a straight line. */
function curveAt(curve: readonly CurvePoint[], psnr: number): AtPsnr | null {
  const points = [...curve].sort((a, b) => a.psnr - b.psnr)
  // A setting that costs more and gives less is nobody's choice.
  const above = points.filter((point) => point.psnr >= psnr)
  const cheapest = above.reduce<CurvePoint | null>((a, b) => (!a || b.bytes < a.bytes ? b : a), null)
  if (!cheapest) return null
  const below = points.filter((point) => point.psnr < psnr).at(-1)
  const next = above[0]!
  if (!below || below.bytes >= next.bytes) return { bytes: cheapest.bytes, psnr: cheapest.psnr }
  const share = (psnr - below.psnr) / (next.psnr - below.psnr)
  const bytes = Math.exp(Math.log(below.bytes) + share * Math.log(next.bytes / below.bytes))
  return bytes <= cheapest.bytes ? { bytes, psnr } : { bytes: cheapest.bytes, psnr: cheapest.psnr }
}

/** Up to `count` images of a dataset, evenly. @returns count × inputs */
export async function evenPixels(dataset: Dataset, count: number): Promise<Uint8Array> {
  const total = dataset.info.count
  const taken = Math.min(count, total)
  const pixels = new Uint8Array(taken * dataset.rowBytes)
  for (let i = 0; i < taken; i++)
    await dataset.readRows(Math.floor((i * total) / taken), 1, pixels.subarray(i * dataset.rowBytes))
  return pixels
}
