import { sharp } from '../sharp'
import { readOddTiff } from './oddTiff'
import type { RawImage } from './pixels'
import { maxPixels, type PreparedImage } from './prepareImage'
import { hasAlpha, isOdd } from './tiffTraits'
import { takeChannels } from './storedPixels'
import { uprightPixels } from './uprightPixels'

/**
 * Reads an image of floats, of signed integers, or of integers wider than 16 bits, as TIFF may hold. Files do not say what
 * white is, so the values do: up to 1 it is 1, up to 255 it is 255, up to 65535 it is that, and noise may go a little beyond;
 * anything else is stretched from the lowest to the highest. What is no number counts as black.
 */
export async function scaleWideValues({
  input,
  tiff,
}: Pick<PreparedImage, 'input' | 'tiff'>): Promise<RawImage> {
  if (tiff && isOdd(tiff)) {
    const read = await readOddTiff(input, 1)
    const kept = hasAlpha(tiff) ? tiff.colors + 1 : tiff.colors
    const values = kept === read.channels ? read.values : takeChannels(read.values, read.channels, 0, kept)
    return uprightPixels(inBytes(values, { ...read, channels: kept }), tiff.orientation)
  }
  const { space } = await sharp(input).metadata()
  const { data, info } = await sharp(input, { autoOrient: true, limitInputPixels: maxPixels })
    // No conversion: the values as they are.
    .toColourspace(space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  return inBytes(new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4), info)
}

function inBytes(
  values: Float32Array,
  { width, height, channels }: { width: number; height: number; channels: number },
): RawImage {
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new Error(`${channels} channels of wide values are not supported`)
  const { low, high } = rangeOf(values)
  const scale = 255 / (high - low)
  const bytes = Uint8ClampedArray.from(values, (value) => (value - low) * scale)
  return { data: new Uint8Array(bytes.buffer), width, height, channels }
}

/** Noise goes a little beyond white. */
const beyond = 1.5

function rangeOf(values: Float32Array): { low: number; high: number } {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
    sum += value
    count++
  }
  const isWhite = (most: number) => high <= most || (high <= beyond * most && sum / count <= most)
  const white = low < 0 ? undefined : [1, 255, 65_535].find(isWhite)
  if (white !== undefined) return { low: 0, high: white }
  return high > low ? { low, high } : { low: 0, high: 1 }
}
