import { type Metadata, sharp, type Sharp } from '../../base/sharp'
import type { Quality } from '../../../shared/api/denoising'
import type { ImageFormat } from './imageFormats'
import type { PreparedImage } from './prepareImage'
import { asStored, readingOptions, spaceOf } from './storedPixels'
import { UnusableImage } from './unusableImage'
import { describedPixel, withoutName } from './describedPixel'
import { encode } from './encodePicture'
import { rangeIn } from './pictureScale'
import { carryChunks } from './pngChunks'
import { holdsPages, type Picture } from './readPicture'
import { carryTags } from './tiff/carryTags'
import { withBytes, withFile } from './tiff/fileSource'
import type { ByteSource } from './tiff/tiffDirectory'
import { writeTiffPicture } from './writeTiffPicture'
import { withNote, withoutGainMap } from './xmpNote'
import { sentence } from '../../../shared/texts/sentence'
import { readFile, writeFile } from 'node:fs/promises'

/**
 * What a picture is written as; formats that cannot be written, or only with fewer colours, become PNG. HEIC has lost as much
 * as JPEG does, and values of a sensor or of light need what TIFF has.
 */
const writtenAs: Record<ImageFormat, ImageFormat> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  tiff: 'tiff',
  gif: 'png',
  bmp: 'png',
  heic: 'jpeg',
  exr: 'tiff',
  raw: 'tiff',
}

const extensions: Partial<Record<ImageFormat, string>> = {
  jpeg: '.jpg',
  png: '.png',
  webp: '.webp',
  avif: '.avif',
  tiff: '.tif',
  gif: '.gif',
}

export interface WriteOptions {
  /** `same` as the original's, where that can be written. */
  readonly format: 'same' | 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff'
  /** Null for one at which hardly anything is lost. */
  readonly quality: Quality | null
  /** A sentence for the metadata on what was done; null for none. */
  readonly note: string | null
}
export const asTheOriginal: WriteOptions = { format: 'same', quality: null, note: null }

/** What decides on the format of a result. */
export type WrittenPicture = Pick<Picture, 'format'> & Partial<Pick<Picture, 'pages'>>

/** What a picture is written as: an animation stays one. */
export function formatFor(
  { format: original, pages = 1 }: WrittenPicture,
  { format }: Pick<WriteOptions, 'format'>,
): ImageFormat {
  if (format !== 'same') return format
  return original === 'gif' && pages > 1 ? 'gif' : writtenAs[original]
}

/** The ending of the file that a picture is written to, or null to keep the one it has. */
export const newExtension = (
  picture: WrittenPicture,
  options: WriteOptions = asTheOriginal,
): string | null => {
  const format = formatFor(picture, options)
  return format === picture.format ? null : extensions[format]!
}

/**
 * Writes pixels as a file of the original's format, depth and colour profile, with its metadata.
 *
 * The metadata come along because the picture begins as the original: its first pixel is multiplied by 0 and joined with the
 * new picture by a bitwise or, which enlarges the smaller one and keeps integers to the bit.
 *
 * @param pixels as many as the picture has
 * @throws UnusableImage for pages that the format does not hold
 */
export async function writePicture(
  original: PreparedImage,
  picture: Picture,
  pixels: Uint8Array | Uint16Array,
  path: string,
  options: WriteOptions = asTheOriginal,
): Promise<void> {
  const { height, width, channels, pages } = picture
  const format = formatFor(picture, options)
  if (pages > 1 && !holdsPages(format))
    throw new UnusableImage(sentence('pictures.pagesNotHeld', { pages, format }))
  const isOwn = picture.floats || picture.extra || original.tiff?.isUnpacked
  if (format === 'tiff' && (isOwn || (picture.isConverted && pages > 1)))
    return writeTiffPicture(original, picture, pixels, path, options)
  const raw = { height: height * pages, width, channels }
  const shown = isOnScale(picture, format) ? onScale(pixels as Uint16Array, picture) : pixels
  const isDeep = shown instanceof Uint16Array
  const isKeptDeep = isDeep && (format === 'png' || format === 'tiff' || format === 'avif')
  const space = spaceOf(channels < 3, isKeptDeep)
  const how = { format, quality: options.quality, pixels: height * width * pages, isDeep }
  // Other channels are those of a TIFF, and floats would go through the decoder's conversion of colours.
  if (picture.format === 'bmp' || picture.floats) {
    await encode(opaque(sharp(shown, { raw }).toColourspace(space), format), how).toFile(path)
    if (format === 'tiff') await carryTags(null, path, pages)
    return
  }
  const described: Descriptions = picture.described ?? (await descriptionsOf(original, picture))
  const { begun, density } = await carrierOf(original, picture, described)
  const filled = begun
    // Arrays of numbers are taken as well, which its types do not say.
    .boolean(shown as Buffer, 'or', { raw })
    .toColourspace(space)
  // The encoder makes a block of EXIF with a resolution where there is none.
  const kept = described.exif || format === 'jpeg' ? filled.keepMetadata() : filled.keepIccProfile().keepXmp()
  const xmp = xmpFor(picture, described.xmp?.toString(), options.note)
  const carrier = xmp === null ? kept : kept.withXmp(xmp)
  const isOpaque = channels % 2 === 1
  const ready =
    format !== 'jpeg' || isOpaque
      ? carrier
      : sharp(await carrier.png({ compressionLevel: 1 }).toBuffer())
          .flatten({ background: 'white' })
          .keepMetadata()
  await encode(ready, { ...how, density, bits: described.bitsPerSample }).toFile(path)
  if (format === 'tiff') await carryDescriptions(original, { exif: described.exif, density }, path, pages)
  if (format === 'jpeg' && !described.exif) await withoutExif(path)
  if (format === 'png' && picture.format === 'png') await carryChunks(original.input, path)
}

const opaque = (picture: Sharp, format: ImageFormat) =>
  format === 'jpeg' ? picture.flatten({ background: 'white' }) : picture

/** What was taken for noise in the pixels was none of the metadata. */
const descriptionsOf = ({ input, format }: PreparedImage, { source }: Picture): Promise<Metadata> =>
  sharp(source ?? input, { ...readingOptions(format), failOn: 'none' }).metadata()

/** Null where the original's stays what it is. */
function xmpFor({ source }: Picture, xmp: string | undefined, note: string | null): string | null {
  const kept = source && xmp ? withoutGainMap(xmp) : xmp
  if (note !== null) return withNote(kept, note)
  return kept === xmp || kept === undefined ? null : kept
}

/** Whether values are written as a screen shows them: those of floats, and in formats that are made for screens. */
const isOnScale = ({ floats, scale }: Picture, format: ImageFormat): boolean =>
  Boolean(scale) && (floats !== undefined || (format !== 'png' && format !== 'tiff'))

/** The pixels with black at 0 and white at the largest value. */
function onScale(pixels: Uint16Array, picture: Picture): Uint16Array {
  const range = rangeIn(picture)
  if (!range) return pixels
  const { channels } = picture
  const steps = 65_535 / (range.white - range.black)
  return pixels.map((value, i) =>
    channels % 2 === 0 && i % channels === channels - 1
      ? value
      : Math.round(Math.min(65_535, Math.max(0, (value - range.black) * steps))),
  )
}

interface Carrier {
  /** A picture with the original's metadata and nothing in its pixels, of its size or smaller. */
  readonly begun: Sharp
  /** In pixels per inch. */
  readonly density?: number
}

type Descriptions = Pick<Metadata, 'exif' | 'xmp' | 'icc' | 'bitsPerSample'> & { density?: number }

async function carrierOf(
  original: PreparedImage,
  picture: Picture,
  described: Descriptions,
): Promise<Carrier> {
  const { format, pages } = picture
  if (picture.described) {
    const pixel =
      (await describedPixel(picture, described)) ??
      (await describedPixel(picture, { ...described, icc: undefined }))!
    return { begun: pixel, density: (await pixel.metadata()).density }
  }
  const input = picture.source ?? original.input
  if (picture.isConverted) return { begun: await convertedPixel(input, picture), density: described.density }
  // libvips does not read their density, and of an AVIF not even a pixel without all of them: 3 s for 12 megapixels of noise.
  const pixel =
    pages === 1 && (format === 'avif' || format === 'webp') && (await describedPixel(picture, described))
  if (pixel) {
    const { density } = await pixel.metadata()
    return { begun: format === 'avif' ? pixel.autoOrient() : pixel, density }
  }
  const none = new Array<number>(picture.channels).fill(0)
  const whole = sharp(input, { ...asStored(format), failOn: 'none', pages })
  // Most decoders end after its first lines.
  const begun = pages > 1 ? whole : whole.extract({ left: 0, top: 0, width: 1, height: 1 })
  return { begun: begun.linear(none, none), density: described.density }
}

/** One pixel, all of it 0, with what the original says but for its colours. */
async function convertedPixel(input: Buffer | string, { format, channels }: Picture): Promise<Sharp> {
  const none = new Array<number>(channels).fill(0)
  const pixel = await sharp(input, { ...readingOptions(format), failOn: 'none', pages: 1 })
    .extract({ left: 0, top: 0, width: 1, height: 1 })
    .toColourspace('srgb')
    .keepMetadata()
    .withIccProfile('srgb')
    .jpeg()
    .toBuffer()
  return sharp(pixel, { ignoreIcc: true }).linear(none, none)
}

/** Into a TIFF, which gets nothing that the original does not say. What is damaged in that stays behind. */
async function carryDescriptions(
  original: PreparedImage,
  { exif, density }: Partial<Descriptions>,
  path: string,
  pages: number,
): Promise<void> {
  const carry = (source: ByteSource | null) => carryTags(source, path, pages, density !== undefined)
  try {
    if (original.format === 'tiff') await withFile(original.path, (source) => carryTags(source, path, pages))
    else if (exif) await withBytes(withoutName(exif), carry)
    else await carry(null)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

const [start, application1, scan] = [0xd8, 0xe1, 0xda]

/** Takes the EXIF out of a JPEG: of one whose original has none it is the encoder's own, with a resolution that nobody said. */
async function withoutExif(path: string): Promise<void> {
  const file = await readFile(path)
  const parts: Buffer[] = [file.subarray(0, 2)]
  let at = 2
  while (file[1] === start && at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== scan) {
    const end = at + 2 + file.readUInt16BE(at + 2)
    const isExif = file[at + 1] === application1 && file.toString('latin1', at + 4, at + 8) === 'Exif'
    if (!isExif) parts.push(file.subarray(at, end))
    at = end
  }
  await writeFile(path, [...parts, file.subarray(at)])
}
