import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { sharp, type Sharp } from '../sharp'
import type { Preprocessing } from '../../../shared/dataset'
import { flattenOnto, parseColor, placeOnto } from './background'
import type { Pixels, RawImage } from './pixels'
import { foreignPixels, foreignPreview } from './foreign/foreignPixels'
import { mendJpeg } from './jpegParts'
import { isForeign, maxPixels, type PreparedImage } from './prepareImage'
import { readBmp } from './readBmp'
import { readStored, takeChannels } from './storedPixels'
import { hasAlpha, type TiffTraits } from './tiffTraits'
import { damaged } from './unusableImage'
import { uprightPixels } from './uprightPixels'
import { scaleWideValues } from './wideValues'

/** Images keep the cores busy side by side; threads inside each one would only get in each other's way. */
sharp.concurrency(1)
/** The cache knows files by their path alone, and would serve one that has changed. */
sharp.cache(false)

/** Decodes at once; a few more than the cores, so that none waits for the next one to be handed out. */
export const decodesAtOnce = 2 * availableParallelism()

/**
 * Upright, in sRGB or grey, 8 bits, on the background; scaled to the dataset's size unless patches are to be cut out.
 * @throws UnusableImage when the file turns out to be damaged
 */
export async function decodeImage(image: PreparedImage, preprocessing: Preprocessing): Promise<Pixels> {
  try {
    return await scale(await openInput(image), preprocessing)
  } catch (error) {
    const mended = image.format === 'jpeg' ? mendJpeg(await bytesOf(image)) : null
    if (!mended) throw damaged(error)
    // It may still be cut off.
    return scale(await openInput({ ...image, input: mended.bytes }), preprocessing).catch(() => {
      throw damaged(error)
    })
  }
}

const bytesOf = async ({ input }: Pick<PreparedImage, 'input'>): Promise<Buffer> =>
  typeof input === 'string' ? await readFile(input) : input

/** The same for pixels that are there already. What has the right shape passes as it is. */
export async function convertRaw(image: RawImage, preprocessing: Preprocessing): Promise<Pixels> {
  const { width, height, patches, color } = preprocessing
  const fits = patches !== null || (image.width === width && image.height === height)
  if (fits && image.channels === (color === 'grey' ? 1 : 3)) return image
  return await scale(fromRaw(image), preprocessing)
}

/** Upright. @param forThumbnail takes what there is of a damaged one, and a picture within a raw file */
export async function openInput(image: PreparedImage, forThumbnail = false): Promise<Sharp> {
  const { format, input, tiff } = image
  if (format === 'bmp') return fromRaw(readBmp(await bytesOf(image)))
  if (isForeign(format))
    return forThumbnail ? foreignPreview(format, image.path) : foreignPixels(format, image.path)
  if (image.wideValues) return fromRaw(await scaleWideValues(image))
  if (tiff && tiff.extras.length > 0 && !(hasAlpha(tiff) && tiff.extras.length === 1) && tiff.colors !== 4)
    return fromRaw(await colorsAlone(image, tiff))
  return sharp(input, {
    autoOrient: format === 'tiff' || mayBeTurned(input),
    limitInputPixels: maxPixels,
    failOn: forThumbnail ? 'none' : 'warning',
  })
}

/** Of a TIFF with channels beyond colour that are not alpha. */
async function colorsAlone({ input }: PreparedImage, tiff: TiffTraits): Promise<RawImage> {
  const { bits, colors, extras, orientation } = tiff
  const isDeep = bits === 16
  const layout = { isGrey: colors === 1, isDeep, channels: colors + extras.length, pages: 1 }
  const { pixels, width, height, channels } = await readStored(input, 'tiff', layout)
  const kept = takeChannels(pixels, channels, 0, colors)
  const data = kept instanceof Uint16Array ? Uint8Array.from(kept, (value) => value >> 8) : kept
  return uprightPixels({ data, width, height, channels: colors === 1 ? 1 : 3 }, orientation)
}

const exifMarks = ['Exif', 'eXIf', 'EXIF', 'exif']

/** Turning an image upright, even by nothing, costs a tenth of decoding a small one. */
function mayBeTurned(input: Buffer | string): boolean {
  return typeof input === 'string' || exifMarks.some((mark) => input.includes(mark, 0, 'latin1'))
}

function fromRaw({ data, width, height, channels }: RawImage): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: maxPixels })
}

/** What the decoder calls our fits. A contained image is put on its background by us, in the dataset's colours. */
const sharpFits = { cover: 'cover', contain: 'inside', stretch: 'fill' } as const

async function scale(image: Sharp, preprocessing: Preprocessing): Promise<Pixels> {
  const { width, height, color, fit, patches } = preprocessing
  const background = parseColor(preprocessing.background, color)
  const sized = patches ? image : image.resize(width, height, { fit: sharpFits[fit] })
  const [grey = 0] = background
  const colored =
    color === 'grey'
      ? sized.flatten({ background: { r: grey, g: grey, b: grey } }).toColourspace('b-w')
      : sized.toColourspace('srgb')
  const { data, info } = await colored.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const opaque = info.channels === 4 ? flattenOnto(background, data) : data
  const pixels = { data: opaque, width: info.width, height: info.height }
  return patches ? pixels : placeOnto(background, pixels, width, height)
}
