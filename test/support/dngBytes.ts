import { longsValue, shortsValue, TiffWriter } from '../../src/main/features/pictures/tiff/tiffWriter'
import type { TiffValue } from '../../src/main/features/pictures/tiff/tiffDirectory'

const ascii = (text: string): TiffValue => ({
  type: 2,
  count: text.length + 1,
  data: Buffer.from(`${text}\0`, 'latin1'),
})
const bytes = (...values: number[]): TiffValue => ({
  type: 1,
  count: values.length,
  data: Buffer.from(values),
})
const rationals = (type: 5 | 10, values: readonly number[]): TiffValue => {
  const data = Buffer.alloc(values.length * 8)
  values.forEach((value, i) => {
    data.writeInt32LE(Math.round(value * 10_000), 8 * i)
    data.writeInt32LE(10_000, 8 * i + 4)
  })
  return { type, count: values.length, data }
}

/** XYZ to linear sRGB (IEC 61966-2-1): a camera whose colours are those of sRGB. */
const sRgbCamera = [3.2405, -1.5371, -0.4985, -0.9693, 1.876, 0.0416, 0.0556, -0.204, 1.0572]

export interface RawSensor {
  readonly width: number
  readonly height: number
  /** Linear light of red, green and blue at a place, 0..1. */
  readonly light: (x: number, y: number) => readonly [number, number, number]
  /** As TIFF counts. */
  readonly orientation?: number
}

const whiteLevel = 4095
const blackLevel = 64
/** What the sensor makes of white, red and blue against green. */
const neutral = [0.5, 1, 0.625]

/** A DNG 1.4 of 12 bits in 16, uncompressed, with the colours red, green, green, blue in turn (Adobe, DNG Specification). */
export async function dng({ width, height, light, orientation = 1 }: RawSensor): Promise<Buffer> {
  const mosaic = new Uint16Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const c = (y % 2) + (x % 2)
      mosaic[y * width + x] = Math.round(
        blackLevel + (whiteLevel - blackLevel) * light(x, y)[c]! * neutral[c]!,
      )
    }
  const file = Buffer.alloc(mosaic.byteLength + 4096)
  let end = 0
  const writer = new TiffWriter({
    write: async (from, start, length, at) => {
      const bytesWritten = from.copy(file, at, start, start + length)
      end = Math.max(end, at + bytesWritten)
      return { bytesWritten }
    },
  })
  await writer.begin()
  const offset = await writer.append(Buffer.from(mosaic.buffer))
  const exif = new Map<number, TiffValue>([
    [33434, rationals(5, [0.008])],
    [34855, shortsValue(6400)],
    [36867, ascii('2026:03:04 05:06:07')],
  ])
  const values = new Map<number, TiffValue>([
    [254, longsValue([0])],
    [256, longsValue([width])],
    [257, longsValue([height])],
    [258, shortsValue(16)],
    [259, shortsValue(1)],
    [262, shortsValue(32803)],
    [271, ascii('Nobody')],
    [272, ascii('Test camera')],
    [273, longsValue([offset])],
    [274, shortsValue(orientation)],
    [277, shortsValue(1)],
    [278, longsValue([height])],
    [279, longsValue([mosaic.byteLength])],
    [284, shortsValue(1)],
    [315, ascii('A photographer')],
    [33421, shortsValue(2, 2)],
    [33422, bytes(0, 1, 1, 2)],
    [50706, bytes(1, 4, 0, 0)],
    [50707, bytes(1, 1, 0, 0)],
    [50708, ascii('Nobody Test camera')],
    [50714, shortsValue(blackLevel)],
    [50717, longsValue([whiteLevel])],
    [50721, rationals(10, sRgbCamera)],
    [50728, rationals(5, neutral)],
    [50778, shortsValue(21)],
  ])
  const inner = new Map([[0x8769, { values: exif, inner: new Map() }]])
  await writer.begin(await writer.directories([{ values, inner }]))
  return file.subarray(0, end)
}
