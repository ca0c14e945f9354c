import { crc32, deflateSync } from 'node:zlib'
import { sharp, type Metadata, type Sharp } from '../../base/sharp'
import { spaceOf } from './storedPixels'
import type { Picture } from './readPicture'

/**
 * One pixel, all of it 0, with another picture's EXIF, XMP and ICC profile, by way of a PNG.
 *
 * @param picture has 1..4 channels, with an even number the last is alpha, and 8 or 16 bits
 * @returns null where the PNG's reader finds fault with the profile
 * @see https://www.w3.org/TR/png-3/ for the chunks
 */
export async function describedPixel(
  { channels, pixels }: Pick<Picture, 'channels' | 'pixels'>,
  { exif, xmp, icc }: Pick<Metadata, 'exif' | 'xmp' | 'icc'>,
): Promise<Sharp | null> {
  const isDeep = pixels instanceof Uint16Array
  const none = isDeep ? new Uint16Array(channels) : new Uint8Array(channels)
  const png = await sharp(none, { raw: { width: 1, height: 1, channels } })
    .toColourspace(spaceOf(channels < 3, isDeep))
    .png()
    .toBuffer()
  const chunks: Buffer[] = []
  if (icc) chunks.push(chunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)))
  if (exif) chunks.push(chunk('eXIf', withoutName(exif)))
  if (xmp) chunks.push(chunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'), xmp))
  const described = Buffer.concat([png.subarray(0, headerEnds), ...chunks, png.subarray(headerEnds)])
  const pixel = sharp(described, { failOn: 'none', ignoreIcc: true })
  return icc && !(await pixel.metadata()).icc?.equals(icc) ? null : pixel
}

/** Eight bytes say that it is a PNG, the chunk IHDR has 13 and its frame 12. */
const headerEnds = 33

/** Its length, its name, what it holds, and a check of all but the length. */
function chunk(name: string, ...parts: Buffer[]): Buffer {
  const data = Buffer.concat([Buffer.from(name, 'latin1'), ...parts])
  const framed = Buffer.alloc(data.length + 8)
  framed.writeUInt32BE(data.length - name.length, 0)
  data.copy(framed, 4)
  framed.writeUInt32BE(crc32(data), data.length + 4)
  return framed
}

/** EXIF that begins with its first tags: in JPEG, and where libvips gives it, six bytes before say what it is. */
export const withoutName = (exif: Buffer): Buffer =>
  exif.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif
