import sharp from 'sharp'
import type { ImageFormat } from '../datasets/imageFormats'
import { maxPixels, type PreparedImage } from '../datasets/prepareImage'
import { readBmp } from '../datasets/readBmp'
import { readFile } from 'node:fs/promises'
import { damaged, UnusableImage } from '../datasets/unusableImage'
import { type Floats, floatsOf, hotValues, inSixteenBits } from './floats'

/** A picture as its file has it: not turned upright, in its own colours, 8 or 16 bits. */
export interface Picture {
  readonly format: ImageFormat
  /** Row-major, pages × height × width × channels; with an even number of channels the last is alpha. */
  readonly pixels: Uint8Array | Uint16Array
  readonly height: number
  readonly width: number
  readonly channels: 1 | 2 | 3 | 4
  /** How it is to be turned to stand upright: 1..8, as EXIF counts. */
  readonly orientation: number
  /** Pictures of one size in the file, one after the other. */
  readonly pages: number
  /** Where the file has 32-bit floats, of which `pixels` are the range in 16 bits. */
  readonly floats?: Floats
  /** Of a progressive JPEG, whose decoder has all of them in memory before the first line is ready. */
  readonly coefficientsPerPixel?: number
}

/** @throws UnusableImage for what is damaged, or of a kind that would not come out as it went in */
export async function readPicture(image: PreparedImage): Promise<Picture> {
  const { format, input } = image
  if (format === 'bmp') {
    const { data, ...rest } = readBmp(typeof input === 'string' ? await readFile(input) : input)
    return { format, pixels: data, ...rest, orientation: 1, pages: 1 }
  }
  try {
    const {
      space,
      depth,
      pages = 1,
      orientation = 1,
      bitsPerSample,
      isProgressive,
      chromaSubsampling,
    } = await sharp(input, readingOptions(format)).metadata()
    if (pages > 1 && !holdsPages(format))
      throw new UnusableImage(
        `It holds ${pages} pictures, and only single ones are taken. Save them one by one first.`,
      )
    if (depth === 'float' && bitsPerSample === 32 && (space === 'b-w' || space === 'scrgb'))
      return await readFloats(image, { space, pages, orientation })
    if (image.wideValues)
      throw new UnusableImage(
        'Its values are neither 8 or 16 bits nor 32-bit floats. Save it with 16 bits a channel first.',
      )
    if (!['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'].includes(space))
      throw new UnusableImage(`Its colours are ${space}. Save it in RGB or in grey first.`)
    const isDeep = depth === 'ushort'
    const { data, info } = await sharp(input, { ...asStored(format), pages: pages > 1 ? -1 : 1 })
      .toColourspace(spaceOf(space === 'b-w' || space === 'grey16', isDeep))
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const pixels = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data
    // Colours at half the size, or else as large as brightness.
    const perPixel = chromaSubsampling === '4:2:0' ? 1.5 : info.channels
    return {
      format,
      pixels,
      height: info.height / pages,
      width: info.width,
      channels: info.channels as Picture['channels'],
      orientation,
      pages,
      coefficientsPerPixel: format === 'jpeg' && isProgressive ? perPixel : undefined,
    }
  } catch (error) {
    throw error instanceof UnusableImage ? error : damaged(error)
  }
}

async function readFloats(
  { format, input }: PreparedImage,
  { space, pages, orientation }: { space: string; pages: number; orientation: number },
): Promise<Picture> {
  const { data, info } = await sharp(input, { ...asStored(format), pages: pages > 1 ? -1 : 1 })
    // No conversion: the values as they are.
    .toColourspace(space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  const { width, height, channels } = info
  const floats = { ...floatsOf(values), hot: hotValues(values, info) }
  if (channels < 1 || channels > 4)
    throw new UnusableImage(`It has ${channels} channels. Save it in RGB first.`)
  return {
    format,
    pixels: inSixteenBits(floats, channels),
    ...{ height: height / pages, width, channels: channels as Picture['channels'] },
    ...{ orientation, pages, floats },
  }
}

/** Why a file of the kind IDX is left out. */
export const manyInOneFile = 'It holds many images in one file. Save them one by one first.'

/** Formats that are written with as many pages as they were read with. */
export const holdsPages = (format: ImageFormat): boolean => format === 'tiff' || format === 'webp'

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
