import { crc32, deflateSync } from 'node:zlib'

/** What the pixels of a PNG are. */
export const pngColors = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const
export type PngColor = keyof typeof pngColors
export const pngChannels = { grey: 1, rgb: 3, palette: 1, greyAlpha: 2, rgba: 4 } as const

export interface PngSpec {
  readonly width: number
  readonly height: number
  readonly bits: 1 | 2 | 4 | 8 | 16
  readonly color: PngColor
  /** Row-major, height × width × channels. */
  readonly values: readonly number[]
  readonly isInterlaced: boolean
  /** Before the pixels, in this order: name and data. */
  readonly chunks: readonly (readonly [string, Buffer])[]
}

/** The passes of Adam7: where the first pixel of each is, and how far the next one. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/** @see https://www.w3.org/TR/png-3/ */
export function pngBytes({ width, height, bits, color, values, isInterlaced, chunks }: PngSpec): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bits, pngColors[color], 0, 0, isInterlaced ? 1 : 0], 8)
  const channels = pngChannels[color]
  const lines: Buffer[] = []
  for (const [left, top, across, down] of isInterlaced ? passes : ([[0, 0, 1, 1]] as const))
    for (let y = top; y < height; y += down) {
      const row: number[] = []
      for (let x = left; x < width; x += across)
        for (let c = 0; c < channels; c++) row.push(values[(y * width + x) * channels + c]!)
      if (row.length > 0) lines.push(filtered(packed(row, bits), Math.ceil((channels * bits) / 8), y % 5))
    }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks.map(([name, data]) => pngChunk(name, data)),
    pngChunk('IDAT', deflateSync(Buffer.concat(lines))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function packed(row: readonly number[], bits: number): Buffer {
  const data = Buffer.alloc(Math.ceil((row.length * bits) / 8))
  row.forEach((value, i) => {
    if (bits === 16) data.writeUInt16BE(value, 2 * i)
    else data[(i * bits) >> 3]! |= value << (8 - bits - ((i * bits) & 7))
  })
  return data
}

/** A line with no filter, or with the one that takes the pixel to the left. */
function filtered(line: Buffer, pixelBytes: number, kind: number): Buffer {
  if (kind !== 1) return Buffer.concat([Buffer.alloc(1), line])
  const differences = Buffer.from(line.map((byte, i) => byte - (line[i - pixelBytes] ?? 0)))
  return Buffer.concat([Buffer.from([1]), differences])
}

export function pngChunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
