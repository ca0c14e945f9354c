import { deflateSync } from 'node:zlib'
import { setFloat16 } from '@petamoriken/float16'

export type SampleKind = 'unsigned' | 'signed' | 'float'
export const tiffCompressions = { none: 1, lzw: 5, deflate: 8, oldDeflate: 32_946, packBits: 32_773 } as const
export type TiffCompression = keyof typeof tiffCompressions

/** A page of a TIFF, as TIFF 6.0 lets it lie in the file. */
export interface TiffPage {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly bits: number
  readonly kind: SampleKind
  /** Row-major, height × width × channels. */
  readonly values: readonly number[]
  readonly photometric: number
  readonly extras: readonly number[]
  readonly compression: TiffCompression
  /** Differences of neighbours are stored. */
  readonly isPredicted: boolean
  readonly isPlanar: boolean
  /** Width and height of tiles; null for strips. */
  readonly tile: readonly [number, number] | null
  readonly rowsPerStrip: number
  readonly tags: readonly TiffTag[]
}

export interface TiffTag {
  readonly tag: number
  /** 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 7 UNDEFINED. */
  readonly type: 1 | 2 | 3 | 4 | 5 | 7
  /** Numbers; of a rational numerator and denominator. */
  readonly values: readonly number[]
}

export interface TiffLayout {
  readonly isLittle: boolean
  readonly isBig: boolean
}

const sizes = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 } as const

/** A TIFF of these pages: everything that readers may meet, in order. */
export function tiffBytes(pages: readonly TiffPage[], layout: TiffLayout): Buffer {
  const parts: Buffer[] = []
  let end = layout.isBig ? 16 : 8
  const append = (data: Buffer): number => {
    const padded = data.length % 2 ? Buffer.concat([data, Buffer.alloc(1)]) : data
    parts.push(padded)
    end += padded.length
    return end - padded.length
  }
  const directories = pages.map((page) => {
    const blocks = blocksOf(page, layout).map((block) => ({ at: append(block), length: block.length }))
    return [...tagsOf(page, blocks), ...page.tags].sort((a, b) => a.tag - b.tag)
  })
  let next = 0
  for (const tags of directories.toReversed()) next = append(directoryBytes(tags, next, layout, append))
  const { isLittle, isBig } = layout
  const head = Buffer.alloc(isBig ? 16 : 8)
  const write = writerOf(head, isLittle)
  head.write(isLittle ? 'II' : 'MM', 'latin1')
  write(2, 2, isBig ? 43 : 42)
  if (isBig) write(4, 2, 8)
  write(isBig ? 8 : 4, isBig ? 8 : 4, next)
  return Buffer.concat([head, ...parts])
}

function writerOf(buffer: Buffer, isLittle: boolean) {
  return (at: number, length: 1 | 2 | 4 | 8, value: number) => {
    if (length === 8) {
      if (isLittle) buffer.writeBigUInt64LE(BigInt(value), at)
      else buffer.writeBigUInt64BE(BigInt(value), at)
    } else if (isLittle) buffer.writeUIntLE(value, at, length)
    else buffer.writeUIntBE(value, at, length)
  }
}

function directoryBytes(
  tags: readonly TiffTag[],
  next: number,
  { isLittle, isBig }: TiffLayout,
  append: (data: Buffer) => number,
): Buffer {
  const [counted, each, word] = isBig ? ([8, 20, 8] as const) : ([2, 12, 4] as const)
  const table = Buffer.alloc(counted + each * tags.length + word)
  const write = writerOf(table, isLittle)
  write(0, counted, tags.length)
  tags.forEach(({ tag, type, values }, i) => {
    const at = counted + each * i
    const count = type === 5 ? values.length / 2 : values.length
    const data = Buffer.alloc(Math.max(word, count * sizes[type]))
    const put = writerOf(data, isLittle)
    const step = type === 5 ? 4 : sizes[type]
    values.forEach((value, k) => put(k * step, step, value))
    write(at, 2, tag)
    write(at + 2, 2, type)
    write(at + 4, word, count)
    if (count * sizes[type] <= word) data.copy(table, at + 4 + word)
    else write(at + 4 + word, word, append(data))
  })
  write(counted + each * tags.length, word, next)
  return table
}

function tagsOf(page: TiffPage, blocks: readonly { at: number; length: number }[]): TiffTag[] {
  const { width, height, channels, bits, kind, photometric, extras, tile, rowsPerStrip } = page
  const each = (value: number) => new Array<number>(channels).fill(value)
  const short = (tag: number, ...values: number[]): TiffTag => ({ tag, type: 3, values })
  const long = (tag: number, values: readonly number[]): TiffTag => ({ tag, type: 4, values })
  const places = blocks.map(({ at }) => at)
  const lengths = blocks.map(({ length }) => length)
  return [
    ...[long(256, [width]), long(257, [height]), short(258, ...each(bits))],
    ...[short(259, tiffCompressions[page.compression]), short(262, photometric), short(277, channels)],
    ...[short(284, page.isPlanar ? 2 : 1), short(339, ...each({ unsigned: 1, signed: 2, float: 3 }[kind]))],
    ...(page.isPredicted ? [short(317, kind === 'float' ? 3 : 2)] : []),
    ...(extras.length > 0 ? [short(338, ...extras)] : []),
    ...(tile
      ? [short(322, tile[0]), short(323, tile[1]), long(324, places), long(325, lengths)]
      : [long(273, places), long(278, [rowsPerStrip]), long(279, lengths)]),
  ]
}

/** Strips or tiles, of each channel by itself where they lie apart. */
function blocksOf(page: TiffPage, layout: TiffLayout): Buffer[] {
  const { width, height, channels, tile, rowsPerStrip, isPlanar } = page
  const [across, down] = tile ?? [width, rowsPerStrip]
  const planes = isPlanar ? Array.from({ length: channels }, (_, c) => [c]) : [[...Array(channels).keys()]]
  const blocks: Buffer[] = []
  for (const plane of planes)
    for (let top = 0; top < height; top += down)
      for (let left = 0; left < width; left += across) {
        const rows: number[][] = []
        for (let y = top; y < (tile ? top + down : Math.min(height, top + down)); y++) {
          const row: number[] = []
          // Beyond the picture tiles are filled.
          for (let x = left; x < left + across; x++)
            for (const c of plane)
              row.push(x < width && y < height ? page.values[(y * width + x) * channels + c]! : 0)
          rows.push(row)
        }
        blocks.push(
          compress(
            page,
            rows.map((row) => rowBytes(page, row, plane.length, layout)),
          ),
        )
      }
  return blocks
}

function compress({ compression }: TiffPage, rows: readonly Buffer[]): Buffer {
  const data = Buffer.concat(rows)
  if (compression === 'none') return data
  if (compression === 'packBits') return Buffer.concat(rows.map(packBits))
  return compression === 'lzw' ? lzw(data) : deflateSync(data)
}

function rowBytes(
  page: TiffPage,
  row: readonly number[],
  channels: number,
  { isLittle }: TiffLayout,
): Buffer {
  const { bits, kind, isPredicted } = page
  const most = 2 ** bits
  const isWhole = kind !== 'float'
  const stored =
    isPredicted && isWhole
      ? row.map((value, i) => (((value - (i < channels ? 0 : row[i - channels]!)) % most) + most) % most)
      : isWhole
        ? row.map((value) => (value + most) % most)
        : row
  const data = Buffer.alloc(Math.ceil((row.length * bits) / 8))
  if (bits % 8 !== 0) {
    // The first in the highest bits; the order of bytes is of no matter.
    stored.forEach((value, i) => {
      for (let b = 0; b < bits; b++)
        if ((value >> (bits - 1 - b)) & 1) data[(i * bits + b) >> 3]! |= 128 >> ((i * bits + b) & 7)
    })
    return data
  }
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  stored.forEach((value, i) => {
    const at = (i * bits) / 8
    if (kind === 'float') {
      if (bits === 16) setFloat16(view, at, value, isLittle)
      else if (bits === 32) view.setFloat32(at, value, isLittle)
      else view.setFloat64(at, value, isLittle)
    } else if (bits === 64) view.setBigUint64(at, BigInt(value), isLittle)
    else if (isLittle) data.writeUIntLE(value, at, bits / 8)
    else data.writeUIntBE(value, at, bits / 8)
  })
  return isPredicted && !isWhole ? floatPredicted(data, bits / 8, channels, isLittle) : data
}

/** Bytes of floats apart, the highest first, as differences (Adobe, TIFF Technical Note 3). */
function floatPredicted(data: Buffer, bytes: number, channels: number, isLittle: boolean): Buffer {
  const count = data.length / bytes
  const apart = Buffer.alloc(data.length)
  for (let i = 0; i < count; i++)
    for (let b = 0; b < bytes; b++) apart[b * count + i] = data[i * bytes + (isLittle ? bytes - 1 - b : b)]!
  return Buffer.from(apart.map((value, i) => value - (i < channels ? 0 : apart[i - channels]!)))
}

/** Runs of bytes (TIFF 6.0, section 9). */
function packBits(row: Buffer): Buffer {
  const parts: number[] = []
  for (let at = 0; at < row.length;) {
    let run = 1
    while (run < 128 && at + run < row.length && row[at + run] === row[at]) run++
    if (run > 1) parts.push(257 - run, row[at]!)
    else parts.push(0, row[at]!)
    at += run
  }
  return Buffer.from(parts)
}

/** LZW (TIFF 6.0, section 13) that begins a new table before codes would get longer than 9 bits. */
function lzw(data: Buffer): Buffer {
  const [clear, end] = [256, 257]
  const codes: number[] = []
  data.forEach((byte, i) => {
    if (i % 200 === 0) codes.push(clear)
    codes.push(byte)
  })
  codes.push(end)
  const packed = Buffer.alloc(Math.ceil((codes.length * 9) / 8))
  codes.forEach((code, i) => {
    for (let b = 0; b < 9; b++)
      if ((code >> (8 - b)) & 1) packed[(i * 9 + b) >> 3]! |= 128 >> ((i * 9 + b) & 7)
  })
  return packed
}
