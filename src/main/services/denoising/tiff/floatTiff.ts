import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import type { TiffDirectory, TiffValue } from './tiffDirectory'
import { bytesValue, longsValue, shortsValue, TiffWriter } from './tiffWriter'

const compress = promisify(deflate)

const stripBytes = 2 ** 18
const tags = {
  ...{ width: 256, height: 257, bits: 258, compression: 259, photometric: 262, stripOffsets: 273 },
  ...{ samples: 277, rowsPerStrip: 278, stripBytes: 279, planes: 284, format: 339, xmp: 700 },
}
/** Of other ways to lay out pixels: tiles, predictors, tables of JPEG, pictures within pictures. */
const ofOtherLayouts = [266, 288, 289, 292, 293, 317, 322, 323, 324, 325, 330, 347, 512, 513, 514]
const deflated = 8
const ieee = 3
const blackIsZero = 1
const rgb = 2

/** Pages of one size, row-major, pages × height × width × channels. */
export interface FloatPages {
  readonly values: Float32Array
  readonly pages: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

/**
 * Writes a TIFF of 32-bit floats with everything else as an original's directories have it: the encoder brings floats
 * through its colour conversions only, which changes them.
 *
 * @param original a directory for each page; one that is missing says nothing
 * @param xmp to replace that of the first page, null to keep it
 * @throws RangeError beyond 4 GB
 */
export async function writeFloatTiff(
  path: string,
  original: readonly (TiffDirectory | undefined)[],
  { values, pages, height, width, channels }: FloatPages,
  xmp: string | null,
): Promise<void> {
  const file = await open(path, 'w')
  try {
    const writer = new TiffWriter(file)
    await writer.begin()
    const rowLength = width * channels
    const rows = Math.max(1, Math.floor(stripBytes / (4 * rowLength)))
    const written: TiffDirectory[] = []
    for (let page = 0; page < pages; page++) {
      const offsets: number[] = []
      const lengths: number[] = []
      for (let row = 0; row < height; row += rows) {
        const from = (page * height + row) * rowLength
        const strip = values.subarray(from, from + Math.min(rows, height - row) * rowLength)
        const packed = await compress(Buffer.from(strip.buffer, strip.byteOffset, strip.byteLength))
        offsets.push(await writer.append(packed))
        lengths.push(packed.length)
      }
      const layout: [number, TiffValue][] = [
        [tags.width, longsValue([width])],
        [tags.height, longsValue([height])],
        [tags.bits, shortsValue(...new Array<number>(channels).fill(32))],
        [tags.compression, shortsValue(deflated)],
        [tags.stripOffsets, longsValue(offsets)],
        [tags.samples, shortsValue(channels)],
        [tags.rowsPerStrip, longsValue([rows])],
        [tags.stripBytes, longsValue(lengths)],
        [tags.planes, shortsValue(1)],
        [tags.format, shortsValue(...new Array<number>(channels).fill(ieee))],
      ]
      const { values: kept, inner } = original[page] ?? { values: new Map(), inner: new Map() }
      const classic = [...kept].filter(([tag, { type }]) => type < 16 && !ofOtherLayouts.includes(tag))
      const usual = shortsValue(channels < 3 ? blackIsZero : rgb)
      const all = new Map([[tags.photometric, usual], ...classic, ...layout])
      if (xmp !== null && page === 0) all.set(tags.xmp, bytesValue(Buffer.from(xmp)))
      written.push({ values: all, inner })
    }
    const first = await writer.directories(written)
    await writer.begin(first)
  } finally {
    await file.close()
  }
}
