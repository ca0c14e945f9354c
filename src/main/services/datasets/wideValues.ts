import sharp from 'sharp'
import type { RawImage } from './pixels'
import { maxPixels } from './prepareImage'

/**
 * Reads an image of floats or of integers wider than 16 bits, as TIFF may hold. Files do not say what white is, so the
 * values do: up to 1 it is 1, up to 255 it is 255, up to 65535 it is that; anything else is stretched from the lowest to
 * the highest. What is no number counts as black.
 */
export async function scaleWideValues(input: Buffer | string): Promise<RawImage> {
  const { space } = await sharp(input).metadata()
  const { data, info } = await sharp(input, { autoOrient: true, limitInputPixels: maxPixels })
    // No conversion: the values as they are.
    .toColourspace(space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  const { low, high } = rangeOf(values)
  const scale = 255 / (high - low)
  const bytes = Uint8ClampedArray.from(values, (value) => (value - low) * scale)
  const { width, height } = info
  if (info.channels !== 1 && info.channels !== 3 && info.channels !== 4) {
    throw new Error(`${info.channels} channels of wide values are not supported`)
  }
  return { data: new Uint8Array(bytes.buffer), width, height, channels: info.channels }
}

function rangeOf(values: Float32Array): { low: number; high: number } {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const white = low < 0 ? undefined : [1, 255, 65_535].find((most) => high <= most)
  if (white !== undefined) return { low: 0, high: white }
  return high > low ? { low, high } : { low: 0, high: 1 }
}
