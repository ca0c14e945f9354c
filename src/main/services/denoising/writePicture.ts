import sharp, { type Metadata, type Sharp } from 'sharp'
import { type Quality, qualitySchema } from '../../../shared/api/denoising'
import type { ImageFormat } from '../datasets/imageFormats'
import type { PreparedImage } from '../datasets/prepareImage'
import { UnusableImage } from '../datasets/unusableImage'
import { describedPixel, withoutName } from './describedPixel'
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

/** Hardly anything is lost at these, and files do not grow far beyond what a camera writes. */
const usual = qualitySchema.parse({})
const dotsPerMillimetre = 25.4

/**
 * Pixels up to which a JPEG's Huffman tables are made for it: that takes all its coefficients in memory, six bytes a pixel in
 * colour. Larger ones are written line by line with the standard's tables, as cameras do, and are some 5 % larger for it.
 */
const ownTablesUpTo = 4e6

/** Of 0 to 9. With 2 a picture takes five times as long and is 8 % smaller, with the usual 4 forty times and 15 %. */
const avifEffort = 0

/**
 * Writes pixels as a file of the original's format, depth and colour profile, with its metadata.
 *
 * The metadata come along because the picture begins as the original, of which every pixel is then set: multiplied by 0,
 * and joined with the new one by a bitwise or, which keeps integers to the bit. Or it begins as one pixel of 0 that is
 * described as the original is, which a bitwise or enlarges.
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
  const isSmall = height * width <= ownTablesUpTo
  const isDeep = pixels instanceof Uint16Array
  const isKeptDeep = isDeep && (format === 'png' || format === 'tiff' || format === 'avif')
  const space = spaceOf(channels < 3, isKeptDeep)
  if (picture.floats && format === 'tiff')
    return writeFloats(original, picture, pixels as Uint16Array, path, options)
  // Floats would go through the decoder's conversion of colours.
  if (picture.format === 'bmp' || picture.floats) {
    await encode(sharp(pixels, { raw }).toColourspace(space), format, options.quality, { isSmall }).toFile(
      path,
    )
    return
  }
  const { xmp, exif, ...described } = await sharp(original.input, readingOptions(original.format)).metadata()
  const { begun, density } = await carrierOf(original, picture, { xmp, exif, ...described })
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
  await encode(ready, format, options.quality, { density, isSmall }).toFile(path)
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
  return { begun: whole.linear(none, none), density: described.density }
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

function encode(
  picture: Sharp,
  format: ImageFormat,
  quality: Quality | null,
  { density, isSmall }: { readonly density?: number; readonly isSmall: boolean },
): Sharp {
  const { jpeg, webp, avif } = quality ?? usual
  switch (format) {
    case 'jpeg':
      return picture.jpeg({ quality: jpeg, chromaSubsampling: '4:4:4', optimiseCoding: isSmall })
    case 'webp':
      return picture.webp({ quality: webp })
    case 'avif':
      return picture.avif({ quality: avif, chromaSubsampling: '4:4:4', effort: avifEffort })
    case 'tiff': {
      const resolution = density
        ? { xres: density / dotsPerMillimetre, yres: density / dotsPerMillimetre }
        : {}
      return picture.tiff({ compression: 'deflate', predictor: 'horizontal', ...resolution })
    }
    default:
      return picture.png()
  }
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
