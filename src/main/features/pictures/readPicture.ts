import { readFile } from 'node:fs/promises'
import { sharp, type Metadata } from '../../base/sharp'
import type { ImageFormat } from './imageFormats'
import { mendJpeg } from './jpegParts'
import { isForeign, type PreparedImage } from './prepareImage'
import { readBmp } from './readBmp'
import { asStored, readingOptions, readStored } from './storedPixels'
import { hasAlpha, isOdd } from './tiffTraits'
import { damaged, UnusableImage } from './unusableImage'
import type { ValueScale } from '../../engine/imaging/valueScale'
import { type Floats, floatsOf, hotValues, inSixteenBits } from './floats'
import { scaleIn } from './pictureScale'
import { countFrames } from './pngChunks'
import { readForeign } from './readForeign'
import { type ExtraChannels, notUnpacked, readUnpacked, splitExtras, tiffPages } from './readTiff'
import { sentence } from '../../../shared/texts/sentence'

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
  /** Where the file has floats, or other values than 8 and 16 bits, of which `pixels` are the range in 16 bits. */
  readonly floats?: Floats
  /** Black and white of all its pages; none where those of the format hold, and null of 8 bits. */
  readonly scale?: ValueScale | null
  /** What the file has beside colour and alpha, and keeps as a TIFF. */
  readonly extra?: ExtraChannels
  /** Bytes that stand for those of the file, where the encoder finds fault with them. */
  readonly source?: Buffer
  /** Its descriptions, of a file that the encoder does not read. */
  readonly described?: Pick<Metadata, 'exif' | 'xmp' | 'icc'>
  /** Its colours are not those of the file, but sRGB. */
  readonly isConverted?: boolean
  /** A sentence for a person on what the result does not have. */
  readonly remark?: string
  /** Of a progressive JPEG, whose decoder has all of them in memory before the first line is ready. */
  readonly coefficientsPerPixel?: number
}

/**
 * @param given black and white, where a person or the other pictures of a folder say them
 * @throws UnusableImage for what is damaged, or of a kind that would not come out as it went in
 */
export async function readPicture(image: PreparedImage, given?: ValueScale | null): Promise<Picture> {
  const picture = await readAsStored(image)
  if (image.format !== 'tiff' && image.format !== 'png') return picture
  const scale = given ?? scaleIn(picture, image.tiff)
  return given && picture.floats ? rescaled(picture, given) : { ...picture, scale }
}

/** With another black and white among its floats. */
function rescaled(picture: Picture, scale: ValueScale): Picture {
  const { floats, channels } = picture
  const { values, sample, hot } = floats!
  const other = { ...floatsOf(values, channels, sample, scale), hot }
  return { ...picture, scale, floats: other, pixels: inSixteenBits(other, channels) }
}

async function readAsStored(image: PreparedImage): Promise<Picture> {
  const { format, tiff } = image
  try {
    if (format === 'bmp') {
      const { data, ...rest } = readBmp(await bytesOf(image))
      return { format, pixels: data, ...rest, orientation: 1, pages: 1 }
    }
    if (isForeign(format)) return await readForeign(format, image.path)
    if (tiff?.isUnpacked) return await readUnpacked(image, tiff)
    if (tiff && isOdd(tiff)) throw new UnusableImage(notUnpacked(tiff))
    return format === 'jpeg' ? await readJpeg(image) : await readDecoded(image)
  } catch (error) {
    throw error instanceof UnusableImage ? error : damaged(error)
  }
}

const bytesOf = async ({ input }: Pick<PreparedImage, 'input'>): Promise<Buffer> =>
  typeof input === 'string' ? await readFile(input) : input

/** Of a JPEG that has more than one picture, or something wrong around its pixels, the first picture is taken as it should be. */
async function readJpeg(image: PreparedImage): Promise<Picture> {
  const whole = async (): Promise<Picture | unknown> => {
    try {
      const { gainMap } = await sharp(image.input, readingOptions('jpeg')).metadata()
      return gainMap ? null : await readDecoded(image)
    } catch (error) {
      return error ?? new Error()
    }
  }
  const read = await whole()
  if (read && !(read instanceof Error)) return read as Picture
  const mended = mendJpeg(await bytesOf(image))
  if (!mended) throw read
  try {
    const picture = await readDecoded({ ...image, input: mended.bytes })
    return { ...picture, source: mended.bytes, remark: picture.remark ?? (read ? undefined : withoutGainMap) }
  } catch {
    throw read ?? new Error('unexpected end of file')
  }
}

const withoutGainMap = sentence('pictures.noGainMap')

async function readDecoded(image: PreparedImage): Promise<Picture> {
  const { format, input, tiff } = image
  const found = await sharp(input, readingOptions(format)).metadata()
  const { space, depth, orientation = 1, bitsPerSample, isProgressive, chromaSubsampling } = found
  const pages = await pagesOf(image, found)
  if (isConverted(space))
    return readConverted(image, { pages: pages.count, bitsPerSample, orientation, space })
  if (depth === 'float' && bitsPerSample === 32 && (space === 'b-w' || space === 'scrgb'))
    return await readFloats(image, { space, pages: pages.count, orientation })
  if (depth !== 'uchar' && depth !== 'ushort') throw new UnusableImage(sentence('pictures.oddDepth'))
  if (!['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'].includes(space))
    throw new UnusableImage(sentence('pictures.otherColors', { space }))
  const isDeep = depth === 'ushort'
  const isGrey = space === 'b-w' || space === 'grey16'
  const stored = await readStored(input, format, {
    isGrey,
    isDeep,
    channels: found.channels,
    pages: pages.count,
  })
  const { colors, extra } = splitExtras(stored, tiff && hasAlpha(tiff), isGrey)
  // Colours at half the size, or else as large as brightness.
  const perPixel = chromaSubsampling === '4:2:0' ? 1.5 : stored.channels
  return {
    format,
    orientation,
    extra,
    pages: pages.count,
    remark: pages.remark,
    pixels: colors.pixels,
    channels: colors.channels as Picture['channels'],
    height: stored.height / pages.count,
    width: stored.width,
    coefficientsPerPixel: format === 'jpeg' && isProgressive ? perPixel : undefined,
  }
}

/** @throws UnusableImage */
async function pagesOf(
  { format, input }: PreparedImage,
  { pages = 1 }: Metadata,
): Promise<{ count: number; remark?: string }> {
  if (format === 'png') {
    const frames = await countFrames(input)
    const remark = sentence('pictures.frameOfAnimation', { frames })
    return frames > 1 ? { count: 1, remark } : { count: 1 }
  }
  if (pages === 1) return { count: 1 }
  if (format === 'tiff') return tiffPages(input)
  if (holdsPages(format)) return { count: pages }
  throw new UnusableImage(sentence('pictures.severalPictures', { pages }))
}

/** Colours of which a screen knows nothing: those of print, and of measurement. */
export const isConverted = (space: string | undefined): boolean =>
  space !== undefined && ['cmyk', 'lab', 'labs', 'labq'].includes(space)

async function readConverted(
  { format, input }: PreparedImage,
  {
    pages,
    bitsPerSample,
    orientation,
    space,
  }: { pages: number; bitsPerSample?: number; orientation: number; space: string },
): Promise<Picture> {
  const isDeep = bitsPerSample === 16
  const read = (page: number) =>
    sharp(input, { ...readingOptions(format), page })
      .toColourspace(isDeep ? 'rgb16' : 'srgb')
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true })
  const { data: first, info } = await read(0)
  if (info.channels > 4)
    throw new UnusableImage(sentence('pictures.channelsBeside', { count: info.channels - 3 }))
  // The decoder refuses to read some of such pages together.
  const others: Buffer[] = []
  for (let page = 1; page < pages; page++) others.push((await read(page)).data)
  const data = pages === 1 ? first : Buffer.concat([first, ...others])
  return {
    format,
    orientation,
    pages,
    isConverted: true,
    pixels: isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
    height: info.height,
    width: info.width,
    channels: info.channels as Picture['channels'],
    remark: sentence('pictures.colorsWere', { space: space === 'cmyk' ? 'CMYK' : 'CIE Lab' }),
  }
}

async function readFloats(
  { format, input }: PreparedImage,
  { space, pages, orientation }: { space: string; pages: number; orientation: number },
): Promise<Picture> {
  const { data, info } = await sharp(input, { ...asStored(format), pages })
    // No conversion: the values as they are.
    .toColourspace(space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  const { width, height, channels } = info
  const floats = { ...floatsOf(values, channels), hot: hotValues(values, info) }
  if (channels < 1 || channels > 4)
    throw new UnusableImage(sentence('pictures.tooManyChannels', { channels }))
  return {
    format,
    pixels: inSixteenBits(floats, channels),
    height: height / pages,
    width,
    channels: channels as Picture['channels'],
    orientation,
    pages,
    floats,
  }
}

/** Why a file of the kind IDX is left out. */
export const manyInOneFile = 'It holds many images in one file. Save them one by one first.'

/** Pages that decide on the format of a result, by the header: those of an animation in GIF. */
export async function animatedPages({ format, input }: PreparedImage): Promise<number> {
  if (format !== 'gif') return 1
  const { pages = 1 } = await sharp(input, { limitInputPixels: false })
    .metadata()
    .catch(() => ({ pages: 1 })) // What is wrong with it is told when it is read.
  return pages
}

/** Formats that are written with as many pages as they were read with. */
export const holdsPages = (format: ImageFormat): boolean =>
  format === 'tiff' || format === 'webp' || format === 'gif'
