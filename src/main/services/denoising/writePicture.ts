import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Quality } from '../../../shared/api/denoising'
import type { ImageFormat } from '../datasets/imageFormats'
import type { PreparedImage } from '../datasets/prepareImage'
import { UnusableImage } from '../datasets/unusableImage'
import { describedPixel, withoutName } from './describedPixel'
import { encode } from './encodePicture'
import { withChanges } from './floats'
import { asStored, holdsPages, type Picture, readingOptions, spaceOf } from './readPicture'
import { carryTags } from './tiff/carryTags'
import { withFile } from './tiff/fileSource'
import { writeFloatTiff } from './tiff/floatTiff'
import { readDirectories, sourceOf } from './tiff/tiffDirectory'

/** What a picture is written as; formats that cannot be written, or only with fewer colours, become PNG. */
const writtenAs: Record<ImageFormat, ImageFormat> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  tiff: 'tiff',
  gif: 'png',
  bmp: 'png',
}

const extensions: Partial<Record<ImageFormat, string>> = {
  jpeg: '.jpg',
  png: '.png',
  webp: '.webp',
  avif: '.avif',
  tiff: '.tif',
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

/** What a picture is written as. */
export const formatFor = (original: ImageFormat, { format }: Pick<WriteOptions, 'format'>): ImageFormat =>
  format === 'same' ? writtenAs[original] : format

/** The ending of the file that a picture is written to, or null to keep the one it has. */
export const newExtension = (
  { format }: Pick<Picture, 'format'>,
  options: WriteOptions = asTheOriginal,
): string | null => (formatFor(format, options) === format ? null : extensions[formatFor(format, options)]!)

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
  const format = formatFor(picture.format, options)
  if (pages > 1 && !holdsPages(format))
    throw new UnusableImage(
      `It has ${pages} pages, and a file of the kind ${format} holds one. Save it as the original is, or as TIFF.`,
    )
  const raw = { height: height * pages, width, channels }
  const isDeep = pixels instanceof Uint16Array
  const isKeptDeep = isDeep && (format === 'png' || format === 'tiff' || format === 'avif')
  const space = spaceOf(channels < 3, isKeptDeep)
  const how = { format, quality: options.quality, pixels: height * width * pages, isDeep }
  if (picture.floats && format === 'tiff')
    return writeFloats(original, picture, pixels as Uint16Array, path, options)
  // Floats would go through the decoder's conversion of colours.
  if (picture.format === 'bmp' || picture.floats) {
    await encode(sharp(pixels, { raw }).toColourspace(space), how).toFile(path)
    return
  }
  const described = await sharp(original.input, readingOptions(original.format)).metadata()
  const { xmp, exif } = described
  const { begun, density } = await carrierOf(original, picture, described)
  const filled = begun
    // Arrays of numbers are taken as well, which its types do not say.
    .boolean(pixels as Buffer, 'or', { raw })
    .toColourspace(space)
    .keepMetadata()
  const carrier = options.note === null ? filled : filled.withXmp(withNote(xmp?.toString(), options.note))
  const isOpaque = channels % 2 === 1
  const ready =
    format !== 'jpeg' || isOpaque
      ? carrier
      : sharp(await carrier.png({ compressionLevel: 1 }).toBuffer())
          .flatten({ background: 'white' })
          .keepMetadata()
  await encode(ready, { ...how, density }).toFile(path)
  if (format === 'tiff') await carryDescriptions(original, exif, path, pages)
}

interface Carrier {
  /** A picture with the original's metadata and nothing in its pixels, of its size or smaller. */
  readonly begun: Sharp
  /** In pixels per inch. */
  readonly density?: number
}

async function carrierOf(original: PreparedImage, picture: Picture, described: Metadata): Promise<Carrier> {
  const { format, pages } = picture
  // libvips does not read their density, and of an AVIF not even a pixel without all of them: 3 s for 12 megapixels of noise.
  const pixel =
    pages === 1 && (format === 'avif' || format === 'webp') && (await describedPixel(picture, described))
  if (pixel) {
    const { density } = await pixel.metadata()
    return { begun: format === 'avif' ? pixel.autoOrient() : pixel, density }
  }
  const none = new Array<number>(picture.channels).fill(0)
  const whole = sharp(original.input, { ...asStored(format), pages: pages > 1 ? -1 : 1 })
  // Most decoders end after its first lines.
  const begun = pages > 1 ? whole : whole.extract({ left: 0, top: 0, width: 1, height: 1 })
  return { begun: begun.linear(none, none), density: described.density }
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
    else if (exif) await carryTags(sourceOf(withoutName(exif)), path, 1)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

async function writeFloats(
  original: PreparedImage,
  { floats, pages, height, width, channels }: Picture,
  pixels: Uint16Array,
  path: string,
  { note }: WriteOptions,
): Promise<void> {
  const { xmp } = await sharp(original.input, readingOptions(original.format)).metadata()
  const directories = await withFile(original.path, (source) => readDirectories(source, pages))
  const values = withChanges(floats!, pixels)
  const described = note === null ? null : withNote(xmp?.toString(), note)
  await writeFloatTiff(path, directories, { values, pages, height, width, channels }, described)
}

const history = 'photoshop:History'

/** An XMP packet with a line of history, which programs show among what they know of a picture. */
function withNote(xmp: string | undefined, note: string): string {
  const escaped = note.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  const line = `<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"><${history}>${escaped}</${history}></rdf:Description>`
  const end = '</rdf:RDF>'
  if (!xmp?.includes(end))
    return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${line}${end}</x:xmpmeta><?xpacket end="w"?>`
  // A property may be there only once.
  return xmp.includes(history) ? xmp : xmp.replace(end, line + end)
}
