import sharp, { type Sharp } from 'sharp'
import type { ImageFormat } from '../datasets/imageFormats'
import { maxPixels, type PreparedImage } from '../datasets/prepareImage'
import { type Picture, spaceOf } from './readPicture'

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

/** The ending of the file that a picture is written to, or null to keep the one it has. */
export const newExtension = ({ format }: Pick<Picture, 'format'>): string | null =>
  writtenAs[format] === format ? null : `.${writtenAs[format]}`

/** Hardly anything is lost at this quality, and files do not grow far beyond what a camera writes. */
const jpegQuality = 95
const webpQuality = 95
const avifQuality = 80
const dotsPerMillimetre = 25.4

/**
 * Writes pixels as a file of the original's format, depth and colour profile, with its metadata.
 *
 * The metadata come along because the picture begins as the original, of which every pixel is then set: multiplied by 0,
 * and joined with the new one by a bitwise or, which keeps integers to the bit.
 *
 * @param pixels as many as the picture has
 */
export async function writePicture(
  original: PreparedImage,
  picture: Picture,
  pixels: Uint8Array | Uint16Array,
  path: string,
): Promise<void> {
  const { height, width, channels, format } = picture
  const raw = { height, width, channels }
  const isDeep = pixels instanceof Uint16Array
  const space = spaceOf(channels < 3, isDeep)
  if (format === 'bmp') {
    await sharp(pixels, { raw }).toColourspace(space).png().toFile(path)
    return
  }
  const none = new Array<number>(channels).fill(0)
  const { density } = await sharp(original.input, { limitInputPixels: maxPixels }).metadata()
  const carrier = sharp(original.input, { ignoreIcc: true, limitInputPixels: maxPixels })
    .linear(none, none)
    // Arrays of numbers are taken as well, which its types do not say.
    .boolean(pixels as Buffer, 'or', { raw })
    .toColourspace(space)
    .keepMetadata()
  await encode(carrier, format, density).toFile(path)
}

function encode(picture: Sharp, format: ImageFormat, density: number | undefined): Sharp {
  switch (writtenAs[format]) {
    case 'jpeg':
      return picture.jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4' })
    case 'webp':
      return picture.webp({ quality: webpQuality })
    case 'avif':
      return picture.avif({ quality: avifQuality, chromaSubsampling: '4:4:4' })
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
