import type { TiffTraits } from '../tiffTraits'
import { withBytes } from './fileSource'
import { type ByteSource, numbersOf, readDirectories, type TiffDirectory } from './tiffDirectory'
import { type PackedLayout, unpackRows } from './unpackTiff'

/** Values as a file has them, in the smallest type that holds them. */
export type StoredValues = Uint8Array | Uint16Array | Float32Array | Float64Array

/** Pages of one size, row-major, pages × height × width × channels. */
export interface TiffValues {
  readonly values: StoredValues
  readonly width: number
  readonly height: number
  readonly channels: number
}

const tags = {
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  rowsPerStrip: 278,
  stripBytes: 279,
  planes: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
}
const whiteIsZero = 0
/** Of all pages and channels: 200 megapixels in RGB with alpha. */
const mostValues = 8e8

/**
 * Reads whole numbers and floats of any depth, with any channels, apart or together, of TIFF and BigTIFF. The image decoder
 * takes fewer, and premultiplies, widens or drops some of those. Grey with white at 0 is turned to black at 0.
 *
 * @param traits of the first page, which the others are like
 * @throws Error with a few words on what is wrong
 */
export function readTiffValues(
  input: Buffer | string,
  traits: TiffTraits,
  pages: number,
): Promise<TiffValues> {
  const { width, height, colors, extras } = traits
  const channels = colors + extras.length
  const size = width * height * channels
  return withBytes(input, async (source) => {
    const isLittle = (await source.read(0, 2)).toString('latin1') === 'II'
    const directories = await readDirectories(source, pages)
    if (size * pages > mostValues) throw new Error('cannot allocate so many values')
    const values = roomFor(traits, size * pages)
    for (const [page, directory] of directories.entries()) {
      const own = values.subarray(page * size, (page + 1) * size)
      await readPage(source, directory, { ...traits, channels, isLittle, values: own })
      const isTurned = numbersOf(directory, tags.photometric)[0] === whiteIsZero
      if (isTurned && canTurn(traits)) turn(own, channels, 2 ** traits.bits - 1)
    }
    return { values, width, height, channels }
  })
}

export const canTurn = ({ kind, bits }: Pick<TiffTraits, 'kind' | 'bits'>): boolean =>
  kind === 'unsigned' && bits <= 16

function turn(values: StoredValues, channels: number, most: number): void {
  for (let i = 0; i < values.length; i += channels) values[i] = most - values[i]!
}

function roomFor({ kind, bits }: TiffTraits, length: number): StoredValues {
  if (kind === 'unsigned' && bits <= 8) return new Uint8Array(length)
  if (kind === 'unsigned' && bits <= 16) return new Uint16Array(length)
  const isShort = kind === 'float' ? bits <= 32 : bits <= 24
  return isShort ? new Float32Array(length) : new Float64Array(length)
}

interface Page extends TiffTraits {
  readonly channels: number
  readonly isLittle: boolean
  readonly values: StoredValues
}

async function readPage(source: ByteSource, directory: TiffDirectory, page: Page): Promise<void> {
  const one = (tag: number, otherwise: number) => numbersOf(directory, tag)[0] ?? otherwise
  const { width, height, channels } = page
  const isTiled = directory.values.has(tags.tileOffsets)
  const across = isTiled ? one(tags.tileWidth, width) : width
  const down = Math.min(
    isTiled ? one(tags.tileHeight, height) : one(tags.rowsPerStrip, height),
    isTiled ? Infinity : height,
  )
  if (!(across > 0 && down > 0)) throw new Error('unexpected end of file')
  const offsets = numbersOf(directory, isTiled ? tags.tileOffsets : tags.stripOffsets)
  const lengths = numbersOf(directory, isTiled ? tags.tileBytes : tags.stripBytes)
  const isPlanar = one(tags.planes, 1) === 2 && channels > 1
  const layout: PackedLayout = {
    bits: page.bits,
    kind: page.kind,
    isLittle: page.isLittle,
    compression: one(tags.compression, 1),
    predictor: one(tags.predictor, 1),
    isReversed: one(tags.fillOrder, 1) === 2,
  }
  const together = isPlanar ? 1 : channels
  let block = 0
  for (let plane = 0; plane < (isPlanar ? channels : 1); plane++)
    for (let top = 0; top < height; top += down)
      for (let left = 0; left < width; left += across, block++) {
        const rows = isTiled ? down : Math.min(down, height - top)
        const offset = offsets[block]
        if (offset === undefined) throw new Error('unexpected end of file')
        const most = source.size - offset
        const packed = await source.read(offset, Math.min(most, lengths[block] ?? most))
        const unpacked = await unpackRows(packed, layout, rows, across * together, together)
        place(unpacked, page, { left, top, across, rows, plane, together })
      }
}

/** A block's values to where they belong in the page. */
function place(
  block: Float64Array,
  { values, width, height, channels }: Page,
  {
    left,
    top,
    across,
    rows,
    plane,
    together,
  }: { left: number; top: number; across: number; rows: number; plane: number; together: number },
): void {
  const [right, bottom] = [Math.min(across, width - left), Math.min(rows, height - top)]
  for (let y = 0; y < bottom; y++)
    for (let x = 0; x < right; x++) {
      const to = ((top + y) * width + left + x) * channels + plane
      const from = (y * across + x) * together
      for (let c = 0; c < together; c++) values[to + c] = block[from + c]!
    }
}
