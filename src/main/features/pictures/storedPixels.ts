import type { StoredValues } from './tiff/tiffValues'
import { sharp } from '../../base/sharp'
import type { ImageFormat } from './imageFormats'
import { maxPixels } from './prepareImage'

/**
 * How a file is decoded. Any warning is taken as damage, but for TIFF: programs write tags in another order or of their own,
 * which libtiff warns of; what is cut off is an error there.
 */
export const readingOptions = (format: ImageFormat) =>
  ({ limitInputPixels: maxPixels, failOn: format === 'tiff' ? 'error' : 'warning' }) as const

/** How the decoder gives values as the file has them. */
export const asStored = (format: ImageFormat) => ({ ...readingOptions(format), ignoreIcc: true }) as const

/** The colour space in which the decoder leaves values as they are. */
export function spaceOf(isGrey: boolean, isDeep: boolean): 'b-w' | 'srgb' | 'grey16' | 'rgb16' {
  if (isGrey) return isDeep ? 'grey16' : 'b-w'
  return isDeep ? 'rgb16' : 'srgb'
}

export interface StoredPixels {
  /** Row-major, height × width × channels. */
  readonly pixels: Uint8Array | Uint16Array
  /** Of all pages, one below the other. */
  readonly height: number
  readonly width: number
  readonly channels: number
}

export interface StoredLayout {
  readonly isGrey: boolean
  readonly isDeep: boolean
  /** As the decoder counts them. */
  readonly channels: number
  readonly pages: number
}

/** The values of a file as they are in it, 8 or 16 bits. */
export async function readStored(
  input: Buffer | string,
  format: ImageFormat,
  { isGrey, isDeep, channels, pages }: StoredLayout,
): Promise<StoredPixels> {
  // Of grey in 8 bits it gives the first channel only. Its grey of 16 bits is 257 times as much.
  const isWidened = isGrey && !isDeep && channels > 1
  const takesWords = isDeep || isWidened
  const { data, info } = await sharp(input, { ...asStored(format), pages })
    .toColourspace(spaceOf(isGrey, takesWords))
    .raw({ depth: takesWords ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const words = takesWords ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data
  const pixels = isWidened ? Uint8Array.from(words, (value) => value >> 8) : words
  return { pixels, height: info.height, width: info.width, channels: info.channels }
}

/** Some neighbouring channels of each pixel. */
export function takeChannels<T extends StoredValues>(
  pixels: T,
  channels: number,
  from: number,
  count: number,
): T {
  if (from === 0 && count === channels) return pixels
  const taken = new (pixels.constructor as new (length: number) => T)((pixels.length / channels) * count)
  for (let at = from, to = 0; to < taken.length; at += channels)
    for (let c = 0; c < count; c++, to++) taken[to] = pixels[at + c]!
  return taken
}
