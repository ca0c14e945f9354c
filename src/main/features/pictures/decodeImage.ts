import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { sharp, type Sharp } from '../../base/sharp'
import type { Preprocessing } from '../../../shared/dataset'
import type { ValueScale } from '../../engine/imaging/valueScale'
import { flattenOnto, parseColor, placeOnto } from './background'
import type { Pixels, RawImage } from './pixels'
import { foreignPixels, foreignPreview } from './foreign/foreignPixels'
import { mendJpeg } from './jpegParts'
import { isForeign, maxPixels, type PreparedImage } from './prepareImage'
import { readBmp } from './readBmp'
import { damaged } from './unusableImage'
import { evidenceOf, inBytes, isPlainScale, readWide, scaleForBytes, type WideImage } from './wideValues'

/** Images keep the cores busy side by side; threads inside each one would only get in each other's way. */
sharp.concurrency(1)
/** The cache knows files by their path alone, and would serve one that has changed. */
sharp.cache(false)

/** Decodes at once; a few more than the cores, so that none waits for the next one to be handed out. */
export const decodesAtOnce = 2 * availableParallelism()

/**
 * Upright, in sRGB or grey, 8 bits, on the background; scaled to the dataset's size unless patches are to be cut out.
 * @param scaleFor black and white of an image with more than 8 bits; its own if not given
 * @throws UnusableImage when the file turns out to be damaged
 */
export async function decodeImage(
  image: PreparedImage,
  preprocessing: Preprocessing,
  scaleFor?: (wide: WideImage) => Promise<ValueScale>,
): Promise<Pixels> {
  try {
    return await scale(await openInput(image, { scaleFor }), preprocessing)
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

export interface Opening {
  /** Takes what there is of a damaged one, and a picture within a raw file. */
  readonly forThumbnail?: boolean
  /** Black and white of an image with more than 8 bits; its own if not given. */
  readonly scaleFor?: (wide: WideImage) => Promise<ValueScale>
}

/** Upright. */
export async function openInput(
  image: PreparedImage,
  { forThumbnail = false, scaleFor }: Opening = {},
): Promise<Sharp> {
  const { format, input } = image
  if (format === 'bmp') return fromRaw(readBmp(await bytesOf(image)))
  if (isForeign(format))
    return forThumbnail ? foreignPreview(format, image.path) : foreignPixels(format, image.path)
  const wide = await readWide(image)
  const scale = wide && (scaleFor ? await scaleFor(wide) : scaleForBytes([evidenceOf(wide)]))
  if (wide && scale && !isPlainScale(wide, scale)) return fromRaw(inBytes(wide, scale))
  return sharp(input, {
    autoOrient: format === 'tiff' || mayBeTurned(input),
    limitInputPixels: maxPixels,
    failOn: forThumbnail ? 'none' : format === 'tiff' ? 'error' : 'warning',
  })
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
