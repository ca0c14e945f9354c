import { crc32 } from 'node:zlib'
import { deflateSync } from 'node:zlib'

/** Image files made by hand, for what encoders do not write. */

/** Grey PNG. `rows` are the unfiltered scanlines, 16-bit values big-endian. */
export function greyPng(width: number, height: number, depth: 1 | 8 | 16, rows: Uint8Array): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = depth
  const stride = rows.byteLength / height
  const filtered = Buffer.alloc((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    filtered.set(rows.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(filtered)),
    pngChunk('IEND'),
  ])
}

function pngChunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.byteLength, 0)
  ends.writeUInt32BE(crc32(typed), 4)
  return Buffer.concat([ends.subarray(0, 4), typed, ends.subarray(4)])
}

/** Uncompressed grey TIFF. `format`: 1 unsigned, 2 signed, 3 float. */
export function greyTiff(
  width: number,
  height: number,
  bits: number,
  format: 1 | 2 | 3,
  values: ArrayBufferView,
): Buffer {
  const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const tags = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, data.byteLength],
    [339, 3, format],
  ] as const
  const directory = Buffer.alloc(2 + 12 * tags.length + 4)
  directory.writeUInt16LE(tags.length, 0)
  tags.forEach(([tag, type, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i)
    directory.writeUInt16LE(type, 4 + 12 * i)
    directory.writeUInt32LE(1, 6 + 12 * i)
    directory.writeUInt32LE(value, 10 + 12 * i)
  })
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1')
  head.writeUInt32LE(8 + data.byteLength, 4)
  return Buffer.concat([head, data, directory])
}

/** Uncompressed BMP from rows that are stored already, bottom row first unless `height` is negative. */
export function bmp(
  width: number,
  height: number,
  bits: number,
  pixels: Uint8Array,
  palette: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(54)
  head.write('BM')
  head.writeUInt32LE(54 + palette.byteLength + pixels.byteLength, 2)
  head.writeUInt32LE(54 + palette.byteLength, 10)
  head.writeUInt32LE(40, 14)
  head.writeInt32LE(width, 18)
  head.writeInt32LE(height, 22)
  head.writeUInt16LE(1, 26)
  head.writeUInt16LE(bits, 28)
  head.writeUInt32LE(palette.byteLength / 4, 46)
  return Buffer.concat([head, palette, pixels])
}

/** IDX of unsigned bytes. */
export function idx(dimensions: number[], values: Uint8Array): Buffer {
  const head = Buffer.from([0, 0, 8, dimensions.length, ...dimensions.flatMap(() => [0, 0, 0, 0])])
  dimensions.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i))
  return Buffer.concat([head, values])
}
