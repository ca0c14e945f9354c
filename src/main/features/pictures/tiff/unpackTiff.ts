import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { getFloat16 } from '@petamoriken/float16'
import { unpackZstd } from '../../../store/zstd'

const inflated = promisify(inflate)

/** How values lie in a strip or a tile (TIFF 6.0). */
export interface PackedLayout {
  readonly compression: number
  /** 1 none, 2 differences of whole numbers, 3 of the bytes of floats. */
  readonly predictor: number
  /** Bits are counted from the lowest. */
  readonly isReversed: boolean
  readonly isLittle: boolean
  readonly bits: number
  readonly kind: 'unsigned' | 'signed' | 'float'
}

const compressions = {
  none: 1,
  lzw: 5,
  deflate: 8,
  oldDeflate: 32_946,
  packBits: 32_773,
  zstd: 50_000,
} as const

/** Whether strips that are compressed so can be unpacked. */
export const canUnpack = (compression: number): boolean =>
  Object.values<number>(compressions).includes(compression)

/** Whether the image decoder lacks what unpacks them. */
export const onlyWeUnpack = (compression: number): boolean => compression === compressions.zstd

/**
 * The values of some rows.
 *
 * @param columns values in a row
 * @param stride values from one to that of the pixel beside it
 * @throws Error where there are fewer bytes than values
 */
export async function unpackRows(
  packed: Buffer,
  layout: PackedLayout,
  rows: number,
  columns: number,
  stride: number,
): Promise<Float64Array> {
  const { bits, kind, predictor, isLittle } = layout
  const rowBytes = Math.ceil((columns * bits) / 8)
  const bytes = await decompress(layout.isReversed ? reversed(packed) : packed, layout, rows * rowBytes)
  if (bytes.length < rows * rowBytes) throw new Error('unexpected end of file')
  const values = new Float64Array(rows * columns)
  const isOfFloats = predictor === 3
  const read = readerOf(layout, isLittle && !isOfFloats)
  for (let y = 0; y < rows; y++) {
    const stored = bytes.subarray(y * rowBytes, (y + 1) * rowBytes)
    const row = isOfFloats ? withoutPrediction(stored, bits / 8, stride) : stored
    const view = new DataView(row.buffer, row.byteOffset, row.length)
    const into = values.subarray(y * columns, (y + 1) * columns)
    for (let x = 0; x < columns; x++) into[x] = read(view, x)
    if (predictor === 2) sumUp(into, stride, bits, kind)
  }
  return values
}

async function decompress(packed: Buffer, { compression }: PackedLayout, length: number): Promise<Buffer> {
  switch (compression) {
    case compressions.none:
      return packed
    case compressions.lzw:
      return fromLzw(packed, length)
    case compressions.packBits:
      return fromPackBits(packed, length)
    case compressions.zstd:
      return Buffer.from(unpackZstd(packed, length))
    default:
      return inflated(packed, { maxOutputLength: length + 65_536 })
  }
}

type Read = (view: DataView, index: number) => number

function readerOf({ bits, kind }: PackedLayout, isLittle: boolean): Read {
  if (kind === 'float') {
    if (bits === 16) return (view, i) => getFloat16(view, 2 * i, isLittle)
    if (bits === 32) return (view, i) => view.getFloat32(4 * i, isLittle)
    if (bits === 64) return (view, i) => view.getFloat64(8 * i, isLittle)
  } else if (kind === 'signed') {
    if (bits === 8) return (view, i) => view.getInt8(i)
    if (bits === 16) return (view, i) => view.getInt16(2 * i, isLittle)
    if (bits === 32) return (view, i) => view.getInt32(4 * i, isLittle)
  } else {
    if (bits === 8) return (view, i) => view.getUint8(i)
    if (bits === 16) return (view, i) => view.getUint16(2 * i, isLittle)
    if (bits === 32) return (view, i) => view.getUint32(4 * i, isLittle)
    if (bits < 16) return (view, i) => bitsAt(view, i * bits, bits)
    if (bits === 24)
      return (view, i) => {
        const [a, b, c] = [view.getUint8(3 * i), view.getUint8(3 * i + 1), view.getUint8(3 * i + 2)]
        return isLittle ? a + 256 * b + 65_536 * c : c + 256 * b + 65_536 * a
      }
  }
  throw new Error(`${kind} values of ${bits} bits are not supported`)
}

/** The first bit is the highest one of a byte. */
function bitsAt(view: DataView, from: number, count: number): number {
  let value = 0
  for (let at = from; at < from + count; at++)
    value = value * 2 + ((view.getUint8(at >> 3) >> (7 - (at & 7))) & 1)
  return value
}

function sumUp(row: Float64Array, stride: number, bits: number, kind: PackedLayout['kind']): void {
  const all = 2 ** bits
  const half = kind === 'signed' ? all / 2 : all
  for (let i = stride; i < row.length; i++) {
    const sum = (((row[i]! + row[i - stride]!) % all) + all) % all
    row[i] = sum >= half ? sum - all : sum
  }
}

/** Bytes of floats lie apart, the highest first, as differences (Adobe, TIFF Technical Note 3). @returns big-endian */
function withoutPrediction(stored: Buffer, bytes: number, stride: number): Buffer {
  const summed = Buffer.from(stored)
  for (let i = stride; i < summed.length; i++) summed[i] = (summed[i]! + summed[i - stride]!) & 0xff
  const count = stored.length / bytes
  const row = Buffer.alloc(stored.length)
  for (let i = 0; i < count; i++) for (let b = 0; b < bytes; b++) row[i * bytes + b] = summed[b * count + i]!
  return row
}

function reversed(packed: Buffer): Buffer {
  return Buffer.from(
    packed.map((byte) => {
      let turned = 0
      for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) turned |= 128 >> bit
      return turned
    }),
  )
}

/** TIFF 6.0, section 9. */
function fromPackBits(packed: Buffer, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let to = 0
  for (let at = 0; at < packed.length && to < length;) {
    const count = packed.readInt8(at++)
    if (count === -128) continue
    if (count < 0) {
      bytes.fill(packed[at++] ?? 0, to, Math.min(length, to + 1 - count))
      to += 1 - count
    } else {
      packed.copy(bytes, to, at, at + count + 1)
      at += count + 1
      to += count + 1
    }
  }
  return bytes.subarray(0, Math.min(to, length))
}

const clear = 256
const end = 257
const first = 258
const most = 4095

/** TIFF 6.0, section 13: codes of 9 to 12 bits, which get longer one code early. */
function fromLzw(packed: Buffer, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  // Where each string that has a code lies among what was written, and its length.
  const starts = new Int32Array(4097)
  const lengths = new Int32Array(4097)
  let [to, next, width, bit] = [0, first, 9, 0]
  while (bit + width <= packed.length * 8 && to < length) {
    const code = codeAt(packed, bit, width)
    bit += width
    if (code === end) break
    if (code === clear) {
      ;[next, width] = [first, 9]
      continue
    }
    if (code >= next) throw new Error('its LZW codes are damaged')
    const before = to
    if (code < clear) bytes[to++] = code
    else {
      const from = starts[code]!
      // The newest string ends with its own first byte, which has just been written.
      for (let i = 0; i < lengths[code]! && to < length; i++) bytes[to++] = bytes[from + i]!
    }
    if (next > most) continue
    // The next code to come is what was written now and one byte more.
    starts[next] = before
    lengths[next] = to - before + 1
    width = widthFor(next)
    next++
  }
  return bytes.subarray(0, to)
}

/** The highest bit first. */
function codeAt(packed: Buffer, bit: number, width: number): number {
  const at = bit >> 3
  const three = (packed[at]! << 16) | ((packed[at + 1] ?? 0) << 8) | (packed[at + 2] ?? 0)
  return (three >> (24 - (bit & 7) - width)) & ((1 << width) - 1)
}

const widthFor = (next: number) => (next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9)
