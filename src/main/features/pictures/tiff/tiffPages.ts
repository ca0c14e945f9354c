import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import type { Sample } from '../floats'
import { samplesOf } from './samples'
import type { StoredValues } from './tiffValues'
import type { TiffDirectory, TiffValue } from './tiffDirectory'
import { blackIsZero, bytesValue, longsValue, rgb, shortsValue, stripTags, TiffWriter } from './tiffWriter'

const compress = promisify(deflate)

const stripBytes = 2 ** 18
const tags = { ...stripTags, planes: 284, format: 339, xmp: 700 }
/** Of other ways to lay out pixels: tiles, predictors, tables of JPEG, pictures within pictures. */
const ofOtherLayouts = [266, 288, 289, 292, 293, 317, 322, 323, 324, 325, 330, 347, 512, 513, 514]
const deflated = 8
/** Of the tag SampleFormat. */
const formats = { unsigned: 1, signed: 2, float: 3 } as const
const floats32: Sample = { bits: 32, kind: 'float' }

/** Pages of one size, row-major, pages × height × width × channels. */
export interface TiffPages {
  readonly values: StoredValues
  /** How they are stored; as floats of 32 bits if not given. */
  readonly sample?: Sample
  /** They are grey or RGB with black at 0, whatever the original's are. */
  readonly isDecoded?: boolean
  readonly pages: number
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Of them, those of colour; all of them if not given. */
  readonly colors?: 1 | 3
}

/**
 * Writes a TIFF with everything but the pixels as an original's directories have it, where the encoder would change more: it
 * brings floats through its colour conversions only, and knows neither other values nor channels beside colour and alpha.
 *
 * @param original a directory for each page; one that is missing says nothing
 * @param xmp to replace that of the first page, null to keep it
 * @throws RangeError beyond 4 GB
 */
export async function writeTiffPages(
  path: string,
  original: readonly (TiffDirectory | undefined)[],
  { values, sample = floats32, isDecoded = false, pages, height, width, channels, colors }: TiffPages,
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
        const packed = await compress(samplesOf(strip, sample))
        offsets.push(await writer.append(packed))
        lengths.push(packed.length)
      }
      const layout: [number, TiffValue][] = [
        [tags.width, longsValue([width])],
        [tags.height, longsValue([height])],
        [tags.bits, shortsValue(...new Array<number>(channels).fill(sample.bits))],
        [tags.compression, shortsValue(deflated)],
        [tags.stripOffsets, longsValue(offsets)],
        [tags.samples, shortsValue(channels)],
        [tags.rowsPerStrip, longsValue([rows])],
        [tags.stripBytes, longsValue(lengths)],
        [tags.planes, shortsValue(1)],
        [tags.format, shortsValue(...new Array<number>(channels).fill(formats[sample.kind]))],
      ]
      const { values: kept, inner } = original[page] ?? { values: new Map(), inner: new Map() }
      const classic = [...kept].filter(([tag, { type }]) => type < 16 && !ofOtherLayouts.includes(tag))
      const usual = shortsValue((colors ?? channels) < 3 ? blackIsZero : rgb)
      const decoded: [number, TiffValue][] = isDecoded ? [[tags.photometric, usual]] : []
      const all = new Map([[tags.photometric, usual], ...classic, ...layout, ...decoded])
      if (xmp !== null && page === 0) all.set(tags.xmp, bytesValue(Buffer.from(xmp)))
      written.push({ values: all, inner })
    }
    const first = await writer.directories(written)
    await writer.begin(first)
  } finally {
    await file.close()
  }
}
