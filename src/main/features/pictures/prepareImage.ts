import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { imageSize } from 'image-size'
import { sharp } from '../../base/sharp'
import type { Preprocessing } from '../../../shared/dataset'
import { explainFileError } from '../../store/fileErrors'
import { explainUnknown, sniff, sniffBytes, type ImageFormat } from './imageFormats'
import type { ForeignFormat } from './foreign/messages'
import { foreignPictures } from './foreign/foreignPictures'
import { bmpSize } from './readBmp'
import { isOdd, readTiffTraits, type TiffTraits } from './tiffTraits'
import { damaged, UnusableImage } from './unusableImage'
import { sentence } from '../../../shared/texts/sentence'

/** Decoded, an image of this size takes 800 MB at most. */
export const maxPixels = 200_000_000

/** Bigger files are left to the decoder to read piece by piece. */
const wholeFileBytes = 1 << 20

/** A file that has an image's header, ready to be decoded. */
export interface PreparedImage {
  path: string
  format: ImageFormat
  /** The file's bytes, or the path of a big file. */
  input: Buffer | string
  /** Pixels of the original, upright. */
  width: number
  height: number
  /** It may have values of more than 8 bits, which have to be brought to a scale where 8 are needed. */
  isDeep: boolean
  /** Of a TIFF, its first page. */
  tiff?: TiffTraits
  /** Of the file, to tell later whether it changed. */
  bytes: number
  modifiedMs: number
}

/** Where a PNG says how many bits a value has. */
const depthOfPng = 24

type Header = { width: number; height: number; orientation?: number }

/** Formats that libraries of their own decode, from the file. */
export const isForeign = (format: ImageFormat): format is ForeignFormat =>
  format === 'heic' || format === 'exr' || format === 'raw'

/** Reads the header. @throws UnusableImage for anything that is wrong with the file */
export async function prepareImage(path: string): Promise<PreparedImage> {
  const { head, input, bytes, modifiedMs } = readInput(path)
  let format = sniff(head, path)
  if (!format) throw new UnusableImage(explainUnknown(head))
  const [tiff] = format === 'tiff' ? await readTiffTraits(input, 1) : []
  if (tiff?.isSensor) format = 'raw'
  const header = isForeign(format)
    ? await readForeignHeader(format, path)
    : tiff && (tiff.isUnpacked || isOdd(tiff))
      ? tiff
      : await readHeader(format, input, head)
  const { width, height, orientation = 1 } = header
  if (width * height > maxPixels)
    throw new UnusableImage(sentence('pictures.tooManyPixels', { width, height, most: maxPixels / 1e6 }))
  const upright = orientation >= 5 ? { width: height, height: width } : { width, height }
  const isDeep = tiff ? tiff.bits > 8 || isOdd(tiff) : format === 'png' && head[depthOfPng] === 16
  return { path, format, input, isDeep, tiff, bytes, modifiedMs, ...upright }
}

const foreignBytesPerPixel = 20

/** Bytes that decoding holds at once, by the format's way of decoding. */
export function decodingBytes(image: PreparedImage, { patches, width, height }: Preprocessing): number {
  const pixels = image.width * image.height
  if (isForeign(image.format)) return pixels * foreignBytesPerPixel
  if (patches) return pixels * 4
  // JPEG is scaled down by up to 8 while it is decoded.
  const shrink = Math.min(8, Math.max(1, Math.floor(Math.min(image.width / width, image.height / height))))
  return image.format === 'jpeg' ? pixels * (shrink > 1 ? 2 : 4) : pixels * 4
}

type Input = { head: Uint8Array; input: Buffer | string; bytes: number; modifiedMs: number }

/**
 * Blocking on purpose: handing four calls to the thread pool costs a third of what decoding a small image does, and they
 * would queue there behind the decoding. What blocks is short, since big files are not read here.
 */
function readInput(path: string): Input {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { size, mtimeMs } = fstatSync(file)
    const buffer = Buffer.allocUnsafe(size > wholeFileBytes ? sniffBytes : size)
    const bytesRead = readSync(file, buffer, 0, buffer.byteLength, 0)
    const head = buffer.subarray(0, Math.min(bytesRead, sniffBytes))
    const input = size > wholeFileBytes ? path : buffer.subarray(0, bytesRead)
    return { head, input, bytes: size, modifiedMs: mtimeMs }
  } catch (error) {
    const explained = explainFileError(error, path)
    throw explained === error ? error : new UnusableImage((explained as Error).message, { cause: error })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

async function readForeignHeader(format: ForeignFormat, path: string): Promise<Header> {
  try {
    return await foreignPictures.ask(format, 'size', path)
  } catch (error) {
    throw damaged(error)
  }
}

/** In plain JavaScript where possible: asking the decoder costs as much as decoding a small image. */
async function readHeader(format: ImageFormat, input: Buffer | string, head: Uint8Array): Promise<Header> {
  if (format === 'bmp') {
    return bmpSize(head)
  }
  if (typeof input !== 'string' && format !== 'tiff') {
    try {
      return imageSize(input)
    } catch {
      // An unusual header; the decoder knows more.
    }
  }
  try {
    const { width, height, orientation } = await sharp(input, { limitInputPixels: false }).metadata()
    return { width, height, orientation }
  } catch (error) {
    throw damaged(error)
  }
}
