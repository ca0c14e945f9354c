import { sharp } from '../../base/sharp'
import { toCurve } from './foreign/foreignPixels'
import { foreignPictures } from './foreign/foreignPictures'
import type { ForeignFormat } from './foreign/messages'
import { withoutName } from './describedPixel'
import { floatsOf, hotValues, inSixteenBits } from './floats'
import { readRawMetadata } from './rawMetadata'
import type { Picture } from './readPicture'

/** A picture that the image decoder does not read: upright, of one page. */
export async function readForeign(format: ForeignFormat, path: string): Promise<Picture> {
  const { pixels, remark, ...shape } = await foreignPictures.ask(format, 'pixels', path)
  const picture = { format, ...shape, orientation: 1, pages: 1, remark: remark ?? undefined }
  if (!(pixels instanceof Float32Array))
    return { ...picture, pixels, described: await describe(format, path) }
  // Noise is told, and pictures are looked at, in the curve of screens; linear light has next to nothing for the shadows.
  const { channels } = shape
  const curved = pixels.map((value, i) => (channels === 4 && i % 4 === 3 ? value : toCurve(value)))
  const floats = {
    ...floatsOf(curved, channels, undefined, { black: 0, white: 1, basis: 'type' }),
    isCurved: true,
    hot: hotValues(curved, shape),
  }
  const pixels16 = inSixteenBits(floats, channels)
  return { ...picture, pixels: pixels16, floats, scale: floats.scale, described: {} }
}

async function describe(format: ForeignFormat, path: string): Promise<Picture['described']> {
  if (format !== 'heic') return readRawMetadata(path)
  const { exif, xmp, icc } = await sharp(path).metadata()
  return { exif: exif && upright(withoutName(exif)), xmp, icc }
}

const orientationTag = 0x0112

/** A block of EXIF that says of its picture that it stands upright. */
function upright(exif: Buffer): Buffer {
  const block = Buffer.from(exif)
  const isLittle = block.toString('latin1', 0, 2) === 'II'
  const short = (at: number) => (isLittle ? block.readUInt16LE(at) : block.readUInt16BE(at))
  const start = isLittle ? block.readUInt32LE(4) : block.readUInt32BE(4)
  if (start + 2 > block.length) return block
  for (let i = 0, at = start + 2; i < short(start) && at + 12 <= block.length; i++, at += 12) {
    if (short(at) !== orientationTag) continue
    if (isLittle) block.writeUInt16LE(1, at + 8)
    else block.writeUInt16BE(1, at + 8)
  }
  return block
}
