import {
  type Sample,
  scaleOf,
  sortedColors,
  type ValueScale,
  widenedScale,
  wholeScale,
} from '../../engine/imaging/valueScale'
import { toldBy } from './pictureScale'
import { notUnpacked } from './readTiff'
import { readTiffValues, type StoredValues } from './tiff/tiffValues'
import { sharp } from '../../base/sharp'
import type { RawImage } from './pixels'
import { maxPixels, type PreparedImage } from './prepareImage'
import { readStored, takeChannels } from './storedPixels'
import { hasAlpha, isOdd, type TiffTraits } from './tiffTraits'
import { UnusableImage } from './unusableImage'
import { uprightPixels } from './uprightPixels'

/** The first page of an image with more than 8 bits, as it is stored. */
export interface WideImage {
  readonly values: StoredValues
  readonly width: number
  readonly height: number
  /** Of colour, and alpha where it has any. */
  readonly channels: 1 | 2 | 3 | 4
  readonly sample: Sample
  readonly orientation: number
  readonly tiff: TiffTraits | undefined
}

const words: Sample = { bits: 16, kind: 'unsigned' }

/** Null for one of 8 bits that the image decoder reads as it is. */
export async function readWide(image: PreparedImage): Promise<WideImage | null> {
  const { format, input, tiff, isDeep } = image
  if (!isDeep && !tiff?.isUnpacked) return null
  if (tiff?.isUnpacked) return unpacked(input, tiff)
  if (tiff && isOdd(tiff)) throw new UnusableImage(notUnpacked(tiff))
  const { space, depth, channels: all, orientation = 1 } = await sharp(input).metadata()
  const isFloat = depth === 'float'
  if (!isFloat && depth !== 'ushort') return null
  const isGrey = space === 'b-w' || space === 'grey16'
  if (isFloat) return { ...(await floats(input, space)), orientation, tiff }
  if (!isGrey && space !== 'rgb16') return null
  const stored = await readStored(input, format, { isGrey, isDeep: true, channels: all, pages: 1 })
  const { pixels: values, width, height, channels } = stored
  return {
    values,
    width,
    height,
    channels: channels as WideImage['channels'],
    sample: words,
    orientation,
    tiff,
  }
}

async function unpacked(input: Buffer | string, tiff: TiffTraits): Promise<WideImage> {
  const { values, channels, width, height } = await readTiffValues(input, tiff, 1)
  const kept = hasAlpha(tiff) ? tiff.colors + 1 : tiff.colors
  const { bits, kind, orientation } = tiff
  const own = takeChannels(values, channels, 0, kept)
  return {
    values: own,
    width,
    height,
    channels: kept as WideImage['channels'],
    sample: { bits, kind },
    orientation,
    tiff,
  }
}

async function floats(input: Buffer | string, space: string) {
  const { data, info } = await sharp(input, { limitInputPixels: maxPixels, ignoreIcc: true })
    // No conversion: the values as they are.
    .toColourspace(space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  const sample: Sample = { bits: 32, kind: 'float' }
  return { values, width, height, channels: channels as WideImage['channels'], sample }
}

/** What images say of their scale: some of their values in ascending order, and what their file says. */
export interface ScaleEvidence {
  readonly sorted: Float64Array
  readonly sample: Sample
  readonly told: { readonly black?: number; readonly white?: number }
}

const looked = 70_000

export const evidenceOf = ({ values, channels, sample, tiff }: WideImage): ScaleEvidence => ({
  sorted: sortedColors(values, channels, looked),
  sample,
  told: toldBy(tiff),
})

/** One scale for all of them, in which 8 bits hold nearly all of their values. They have the same sample. */
export function scaleForBytes(all: readonly ScaleEvidence[]): ValueScale {
  const [first] = all
  const { sample } = first!
  if (sample.kind === 'unsigned' && sample.bits <= 8) return wholeScale(sample)
  const sorted = Float64Array.from(all.flatMap((one) => [...one.sorted])).sort()
  const isSaid = all.every(({ told }) => told.black === first!.told.black && told.white === first!.told.white)
  const found = scaleOf(sorted, sample, isSaid ? first!.told : {})
  // Values that are packed into less than 16 bits say by that how many there are.
  const isPacked = sample.kind === 'unsigned' && sample.bits < 16
  return widenedScale(isPacked ? wholeScale(sample) : found, sorted)
}

/** Whether the image decoder brings it to 8 bits in just this way, and knows its colour profile. */
export const isPlainScale = ({ sample, tiff }: WideImage, scale: ValueScale): boolean =>
  !tiff?.isUnpacked && sample === words && scale.black === 0 && scale.white === 65_535

/** Upright, 8 bits, black and white as the scale says. What is no number counts as black. */
export function inBytes(image: WideImage, { black, white }: ValueScale): RawImage {
  const { values, channels, width, height, sample, tiff, orientation } = image
  const scale = 255 / (white - black)
  const alphaScale = 255 / (sample.kind === 'float' ? 1 : wholeScale(sample).white)
  const isPremultiplied = tiff?.extras[0] === 1
  const [colors, kept] = channels % 2 === 0 ? [channels - 1, 4 as const] : [channels, channels as 1 | 3]
  const bytes = new Uint8ClampedArray(width * height * kept)
  for (let i = 0, to = 0; i < values.length; i += channels, to += kept) {
    const alpha = kept === 4 ? values[i + colors]! * alphaScale : 255
    const more = isPremultiplied && alpha > 0 ? 255 / alpha : 1
    for (let c = 0; c < (kept === 4 ? 3 : kept); c++)
      bytes[to + c] = (values[i + (colors === 1 ? 0 : c)]! * more - black) * scale
    if (kept === 4) bytes[to + 3] = alpha
  }
  return uprightPixels({ data: new Uint8Array(bytes.buffer), width, height, channels: kept }, orientation)
}
