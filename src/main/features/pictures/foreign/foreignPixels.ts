import { sharp, type Sharp } from '../../../base/sharp'
import { profiledTiff } from '../tiff/profiledTiff'
import type { ForeignFormat, ForeignPixels } from './messages'
import { foreignPictures } from './foreignPictures'

/** A picture that the image decoder does not read, upright, 8 bits, with its colour profile where it has one. */
export async function foreignPixels(format: ForeignFormat, path: string): Promise<Sharp> {
  return fromForeign(await foreignPictures.ask(format, 'pixels', path), await profileOf(format, path))
}

/** The same at no more than it takes to be shown small. */
export async function foreignPreview(format: ForeignFormat, path: string): Promise<Sharp> {
  const preview = await foreignPictures.ask(format, 'preview', path)
  if (!('jpeg' in preview)) return fromForeign(preview, await profileOf(format, path))
  return sharp(preview.jpeg, { failOn: 'none' }).rotate(90 * preview.turns)
}

async function fromForeign(decoded: ForeignPixels, profile: Buffer | undefined): Promise<Sharp> {
  const { width, height, channels } = decoded
  const data = inBytes(decoded)
  if (!profile || channels === 4) return sharp(data, { raw: { width, height, channels } })
  return sharp(await profiledTiff({ data, width, height, channels }, profile))
}

/** Of HEIC alone: the others come in sRGB, or without a profile. The image decoder reads what a file says of itself. */
export async function profileOf(format: ForeignFormat, path: string): Promise<Buffer | undefined> {
  return format === 'heic' ? (await sharp(path).metadata()).icc : undefined
}

function inBytes({ pixels, channels }: ForeignPixels): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels
  if (pixels instanceof Uint16Array) return Uint8Array.from(pixels, (value) => value >> 8)
  const isAlpha = (i: number) => channels === 4 && i % 4 === 3
  const bytes = Uint8ClampedArray.from(pixels, (value, i) => 255 * (isAlpha(i) ? value : toCurve(value)))
  return new Uint8Array(bytes.buffer)
}

/** Linear light in the curve of sRGB (IEC 61966-2-1), which goes on beyond white, and below black as above it. */
export function toCurve(linear: number): number {
  const size = Math.abs(linear)
  const curved = size <= 0.0031308 ? 12.92 * size : 1.055 * size ** (1 / 2.4) - 0.055
  return linear < 0 ? -curved : curved
}

/** Back from the curve of sRGB. */
export function toLinear(curved: number): number {
  const size = Math.abs(curved)
  const linear = size <= 0.04045 ? size / 12.92 : ((size + 0.055) / 1.055) ** 2.4
  return curved < 0 ? -linear : linear
}
