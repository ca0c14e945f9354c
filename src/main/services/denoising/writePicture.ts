import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Quality } from '../../../shared/api/denoising'
import type { ImageFormat } from '../datasets/imageFormats'
import type { PreparedImage } from '../datasets/prepareImage'
import { asStored, readingOptions, spaceOf } from '../datasets/storedPixels'
import type { TiffTraits } from '../datasets/tiffTraits'
import { UnusableImage } from '../datasets/unusableImage'
import { describedPixel, withoutName } from './describedPixel'
import { encode } from './encodePicture'
import { type Floats, type FloatValues, type Sample, withChanges } from './floats'
import { rangeIn } from './pictureScale'
import { toLinear } from '../datasets/foreign/foreignPixels'
import { carryChunks } from './pngChunks'
import { holdsPages, type Picture } from './readPicture'
import type { ExtraChannels } from './readTiff'
import { carryTags } from './tiff/carryTags'
import { withBytes, withFile } from './tiff/fileSource'
import { readDirectories, type TiffDirectory } from './tiff/tiffDirectory'
import { writeTiffPages } from './tiff/tiffPages'
import { canTurn, type StoredValues } from './tiff/tiffValues'
import { shortsValue } from './tiff/tiffWriter'
import { withNote, withoutGainMap } from './xmpNote'

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
    throw new UnusableImage(
      `It has ${pages} pages, and a file of the kind ${format} holds one. Save it as the original is, or as TIFF.`,
    )
  if (format === 'tiff' && (picture.floats || picture.extra || original.tiff?.isUnpacked))
    return writePages(original, picture, pixels, path, options)
  const raw = { height: height * pages, width, channels }
  const shown = isOnScale(picture, format) ? onScale(pixels as Uint16Array, picture) : pixels
  const isDeep = shown instanceof Uint16Array
  const isKeptDeep = isDeep && (format === 'png' || format === 'tiff' || format === 'avif')
  const space = spaceOf(channels < 3, isKeptDeep)
  const how = { format, quality: options.quality, pixels: height * width * pages, isDeep }
  // Other channels are those of a TIFF, and floats would go through the decoder's conversion of colours.
  if (picture.format === 'bmp' || picture.floats) {
    await encode(opaque(sharp(shown, { raw }).toColourspace(space), format), how).toFile(path)
    return
  }
  const described = picture.described ?? (await descriptionsOf(original, picture))
  const { begun, density } = await carrierOf(original, picture, described)
  const filled = begun
    // Arrays of numbers are taken as well, which its types do not say.
    .boolean(shown as Buffer, 'or', { raw })
    .toColourspace(space)
    .keepMetadata()
  const xmp = xmpFor(picture, described.xmp?.toString(), options.note)
  const carrier = xmp === null ? filled : filled.withXmp(xmp)
  const isOpaque = channels % 2 === 1
  const ready =
    format !== 'jpeg' || isOpaque
      ? carrier
      : sharp(await carrier.png({ compressionLevel: 1 }).toBuffer())
          .flatten({ background: 'white' })
          .keepMetadata()
  await encode(ready, { ...how, density }).toFile(path)
  if (format === 'tiff') await carryDescriptions(original, described.exif, path, pages)
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

type Descriptions = Pick<Metadata, 'exif' | 'xmp' | 'icc'> & { density?: number }

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

/** Into a TIFF. What is damaged in the original stays behind. */
async function carryDescriptions(
  original: PreparedImage,
  exif: Buffer | undefined,
  path: string,
  pages: number,
): Promise<void> {
  try {
    if (original.format === 'tiff') await withFile(original.path, (source) => carryTags(source, path, pages))
    else if (exif) await withBytes(withoutName(exif), (source) => carryTags(source, path, 1))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

const xmpTag = 700

/** A TIFF of what the encoder does not write. */
async function writePages(
  original: PreparedImage,
  { floats, extra, format, pages, height, width, channels, described }: Picture,
  pixels: Uint8Array | Uint16Array,
  path: string,
  { note }: WriteOptions,
): Promise<void> {
  const isTiff = format === 'tiff'
  const directories = isTiff ? await withFile(original.path, (source) => readDirectories(source, pages)) : []
  const xmp = isTiff ? directories[0]?.values.get(xmpTag)?.data : described?.xmp
  const values = floats
    ? inFile(floats, withChanges(floats, pixels as Uint16Array, channels), channels)
    : pixels
  const written = extra ? joined(values, channels, extra) : values
  const sample = floats?.sample ?? sampleOf(written)
  const { tiff } = original
  const isDecoded = tiff?.isUnpacked === true && canTurn(tiff)
  await writeTiffPages(
    path,
    directories.map((directory) => (isDecoded ? withDepth(directory, tiff, sample) : directory)),
    {
      ...{ values: written, sample, isDecoded, pages, height, width },
      ...{ colors: channels < 3 ? 1 : 3, channels: channels + (extra?.channels ?? 0) },
    },
    note === null ? null : withNote(xmp?.toString(), note),
  )
}

const limitTags = { least: 280, most: 281 } as const

/** What a page says of its smallest and largest value, where it had fewer bits than it is written with. */
function withDepth(directory: TiffDirectory, { bits, most }: TiffTraits, written: Sample): TiffDirectory {
  if (bits === written.bits) return directory
  const values = new Map(directory.values)
  for (const tag of Object.values(limitTags)) if (bits < 8) values.delete(tag)
  if (bits > 8 && most === undefined) values.set(limitTags.most, shortsValue(2 ** bits - 1))
  return { ...directory, values }
}

const sampleOf = (values: StoredValues): Sample => ({
  bits: 8 * values.BYTES_PER_ELEMENT,
  kind: values instanceof Float32Array || values instanceof Float64Array ? 'float' : 'unsigned',
})

const inFile = ({ isCurved }: Floats, values: FloatValues, channels: number): FloatValues =>
  isCurved ? values.map((value, i) => (channels === 4 && i % 4 === 3 ? value : toLinear(value))) : values

/** The channels of a picture, and those that its file has beside them. */
function joined<T extends StoredValues>(pixels: T, channels: number, extra: ExtraChannels): T {
  const count = pixels.length / channels
  const all = channels + extra.channels
  const values = new (pixels.constructor as new (length: number) => T)(count * all)
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c++) values[i * all + c] = pixels[i * channels + c]!
    for (let c = 0; c < extra.channels; c++)
      values[i * all + channels + c] = extra.pixels[i * extra.channels + c]!
  }
  return values
}
