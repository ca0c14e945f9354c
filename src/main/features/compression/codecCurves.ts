import { type InputShape, inputSize } from '../../../shared/modelSpec'
import { mapOrdered } from '../../base/mapOrdered'
import { type Sharp, sharp } from '../../base/sharp'
import { psnrOfImages } from '../../engine/imaging/psnr'
import { ssimOfImages } from '../../engine/imaging/ssim'
import type { CurvePoint } from './tasks/compressionTasks'

/** Settings of a codec that differ in quality alone: one curve. */
interface Family {
  readonly codec: CodecName
  readonly qualities: readonly number[]
  encode(image: Sharp, quality: number): Sharp
}

export const codecNames = ['jpeg', 'webp', 'avif'] as const
export type CodecName = (typeof codecNames)[number]
export type Curves = readonly (readonly CurvePoint[])[]

const few = [1, 8, 20, 40, 60, 85]
/** AVIF takes its time, and is good already at its lowest. */
const fewer = [1, 15, 40, 75]
const none = [100]

/** Those settings of a codec that have ever been the best for small pictures. */
function families({ channels }: InputShape): Family[] {
  const chroma = channels === 3 ? (['4:2:0', '4:4:4'] as const) : (['4:2:0'] as const)
  return [
    ...chroma.flatMap((chromaSubsampling): Family[] => [
      {
        codec: 'jpeg',
        qualities: few,
        encode: (image, quality) => image.jpeg({ quality, mozjpeg: true, chromaSubsampling }),
      },
      {
        codec: 'jpeg',
        qualities: few,
        encode: (image, quality) => image.jpeg({ quality, optimiseCoding: true, chromaSubsampling }),
      },
      {
        codec: 'avif',
        qualities: fewer,
        encode: (image, quality) => image.avif({ quality, effort: 4, chromaSubsampling }),
      },
    ]),
    {
      codec: 'webp',
      qualities: few,
      encode: (image, quality) => image.webp({ quality, effort: 6, smartSubsample: true }),
    },
    {
      codec: 'webp',
      qualities: few,
      encode: (image, quality) => image.webp({ quality, effort: 6, preset: 'drawing' }),
    },
    { codec: 'webp', qualities: none, encode: (image) => image.webp({ lossless: true, effort: 6 }) },
  ]
}

export interface CurveWork {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (done: number, total: number) => void
}

/** Pictures that are encoded at once. */
const atOnce = 4

/** Every codec's curves, one file an image. @param pixels count × inputs */
export async function singleCurves(
  pixels: Uint8Array,
  shape: InputShape,
  { signal, onProgress }: CurveWork,
): Promise<Record<CodecName, Curves>> {
  const curves: Record<CodecName, CurvePoint[][]> = { jpeg: [], webp: [], avif: [] }
  const all = families(shape)
  for (const [i, family] of all.entries()) {
    const points: CurvePoint[] = []
    for (const quality of family.qualities) {
      signal?.throwIfAborted()
      points.push(await singles(pixels, shape, family, quality))
    }
    curves[family.codec].push(points)
    onProgress?.(i + 1, all.length)
  }
  return curves
}

/** All images as one picture, in WebP and AVIF: the rival of one file for all. */
export async function sheetCurves(
  pixels: Uint8Array,
  shape: InputShape,
  { signal, onProgress }: CurveWork,
): Promise<Record<'webp' | 'avif', Curves>> {
  const curves: Record<'webp' | 'avif', CurvePoint[][]> = { webp: [], avif: [] }
  const all = families(shape).filter(({ codec, qualities }) => codec !== 'jpeg' && qualities !== none)
  for (const [i, family] of all.entries()) {
    const points: CurvePoint[] = []
    for (const quality of family.qualities) {
      signal?.throwIfAborted()
      points.push(await sheet(pixels, shape, family, quality))
    }
    curves[family.codec as 'webp' | 'avif'].push(points)
    onProgress?.(i + 1, all.length)
  }
  return curves
}

/** Images as a codec keeps them at one of its settings. */
export interface KeptByCodec extends CurvePoint {
  readonly codec: CodecName
  /** count × inputs. */
  readonly decoded: Uint8Array
}

/** A few images at every setting of every codec, one file an image. */
export async function keptByCodecs(pixels: Uint8Array, shape: InputShape): Promise<KeptByCodec[]> {
  const kept: KeptByCodec[] = []
  for (const family of families(shape))
    for (const quality of family.qualities)
      kept.push({ codec: family.codec, ...(await encoded(pixels, shape, family, quality)) })
  return kept
}

async function singles(
  pixels: Uint8Array,
  shape: InputShape,
  family: Family,
  quality: number,
): Promise<CurvePoint> {
  const { setting, bytes, psnr, ssim } = await encoded(pixels, shape, family, quality)
  return { setting, bytes, psnr, ssim }
}

async function encoded(
  pixels: Uint8Array,
  shape: InputShape,
  family: Family,
  quality: number,
): Promise<Omit<KeptByCodec, 'codec'>> {
  const size = inputSize(shape)
  const count = pixels.length / size
  const decoded = new Uint8Array(pixels.length)
  let bytes = 0
  const work = async (i: number) => {
    const { width, height, channels } = shape
    const own = pixels.subarray(i * size, (i + 1) * size)
    const file = await family
      .encode(inColours(sharp(own, { raw: { width, height, channels } }), shape), quality)
      .toBuffer()
    decoded.set(await rawPixels(file, shape), i * size)
    return file.length
  }
  const indices = Array.from({ length: count }, (_, i) => i)
  for await (const length of mapOrdered(indices, work, { width: atOnce })) bytes += length
  return { ...point(quality, bytes / count, pixels, decoded, shape), decoded }
}

async function sheet(
  pixels: Uint8Array,
  shape: InputShape,
  family: Family,
  quality: number,
): Promise<CurvePoint> {
  const { width, height, channels } = shape
  const count = pixels.length / inputSize(shape)
  const columns = Math.ceil(Math.sqrt(count))
  const whole = { width: columns * width, height: Math.ceil(count / columns) * height, channels }
  const laid = new Uint8Array(inputSize(whole))
  copyTiles(pixels, laid, shape, columns, true)
  const file = await family.encode(inColours(sharp(laid, { raw: whole }), shape), quality).toBuffer()
  const decoded = new Uint8Array(pixels.length)
  copyTiles(decoded, await rawPixels(file, shape), shape, columns, false)
  return point(quality, file.length / count, pixels, decoded, shape)
}

/** Between images one after the other and images side by side. */
function copyTiles(
  images: Uint8Array,
  laid: Uint8Array,
  { width, height, channels }: InputShape,
  columns: number,
  intoLaid: boolean,
): void {
  const row = width * channels
  const count = images.length / (row * height)
  for (let i = 0; i < count; i++)
    for (let y = 0; y < height; y++) {
      const own = (i * height + y) * row
      const at = ((Math.floor(i / columns) * height + y) * columns + (i % columns)) * row
      if (intoLaid) laid.set(images.subarray(own, own + row), at)
      else images.set(laid.subarray(at, at + row), own)
    }
}

const inColours = (image: Sharp, { channels }: InputShape) =>
  image.toColourspace(channels === 1 ? 'b-w' : 'srgb')

const rawPixels = async (file: Buffer, shape: InputShape): Promise<Uint8Array> =>
  inColours(sharp(file).removeAlpha(), shape).raw().toBuffer()

function point(
  setting: number,
  bytes: number,
  pixels: Uint8Array,
  decoded: Uint8Array,
  shape: InputShape,
): CurvePoint {
  const floats = (from: Uint8Array) => Float32Array.from(from, (byte) => byte / 255)
  const clean = floats(pixels)
  const other = floats(decoded)
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
  return {
    setting,
    bytes,
    psnr: mean(psnrOfImages(clean, other, shape)),
    ssim: mean(ssimOfImages(clean, other, shape)),
  }
}
