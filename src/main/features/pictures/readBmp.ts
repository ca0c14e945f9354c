import type { RawImage } from './pixels'

/** From the file's BITMAPINFOHEADER or one of its longer successors, or the older BITMAPCOREHEADER. */
interface Header {
  width: number
  height: number
  topDown: boolean
  bits: number
  isRunLength: boolean
  pixelsAt: number
  palette: Uint8Array[]
  masks: number[]
}

const coreHeaderBytes = 12
const compressions = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 }

/**
 * Reads a BMP of 1, 4, 8, 16, 24 or 32 bits a pixel, as it is or in runs of equal pixels (learn.microsoft.com, "Bitmap
 * Storage" and "Bitmap Compression"). A palette of greys gives one channel, colour three, and four where the header names an alpha mask.
 * @throws Error with a few words on what is wrong
 */
export function readBmp(bytes: Uint8Array): RawImage {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = readHeader(file)
  const { width, height, topDown, bits, pixelsAt } = header
  const stride = Math.ceil((width * bits) / 32) * 4
  const runs = header.isRunLength ? readRuns(bytes, header) : null
  // Some programs name runs and write pixels as they are: their rows would never end.
  const isPlain = runs?.isBeyond && bytes.byteLength - pixelsAt === stride * height
  if (runs && !isPlain) return runs.image
  if (pixelsAt + stride * height > bytes.byteLength) throw new Error('unexpected end of file')
  const channels = channelsOf(header)
  const data = new Uint8Array(width * height * channels)
  const readPixel = pixelReader(file, header, channels)
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + stride * (topDown ? y : height - 1 - y)
    for (let x = 0; x < width; x++) readPixel(row, x, data, (y * width + x) * channels)
  }
  return { data, width, height, channels }
}

/** By the first bytes of a file, of which there are 26 at least. */
export function bmpSize(head: Uint8Array): { width: number; height: number } {
  const { width, height } = sizeIn(new DataView(head.buffer, head.byteOffset, head.byteLength))
  return { width, height: Math.abs(height) }
}

/** The height is below zero where the first row is the upper one. */
function sizeIn(file: DataView): { width: number; height: number } {
  return file.getUint32(14, true) === coreHeaderBytes
    ? { width: file.getUint16(18, true), height: file.getUint16(20, true) }
    : { width: file.getInt32(18, true), height: file.getInt32(22, true) }
}

function readHeader(file: DataView): Header {
  const size = file.getUint32(14, true)
  const core = size === coreHeaderBytes
  const { width, height } = sizeIn(file)
  const bits = file.getUint16(core ? 24 : 28, true)
  const compression = core ? compressions.none : file.getUint32(30, true)
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`BMP of ${bits} bits a pixel is not supported`)
  if (!Object.values(compressions).includes(compression))
    throw new Error('a JPEG or PNG within a BMP is not supported')
  const isRunLength = compression === compressions.rle8 || compression === compressions.rle4
  if (isRunLength && bits !== (compression === compressions.rle8 ? 8 : 4))
    throw new Error(`runs of ${bits} bits a pixel are not supported`)
  const named =
    compression === compressions.none || isRunLength
      ? 0
      : compression === compressions.bitFields && size < 56
        ? 3
        : 4
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    isRunLength,
    pixelsAt: file.getUint32(10, true),
    palette:
      bits <= 8 ? readPalette(file, 14 + size, bits, core ? 0 : file.getUint32(46, true), core ? 3 : 4) : [],
    masks: named
      ? Array.from({ length: named }, (_, i) => file.getUint32(54 + 4 * i, true))
      : defaultMasks(bits),
  }
}

function defaultMasks(bits: number): number[] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0xff00, 0xff]
}

/** As red, green, blue; black where the file has fewer entries than its pixels may ask for. */
function readPalette(
  file: DataView,
  at: number,
  bits: number,
  used: number,
  entryBytes: number,
): Uint8Array[] {
  const count = Math.min(used || 1 << bits, 1 << bits)
  return Array.from({ length: 1 << bits }, (_, i) => {
    const entry = at + i * entryBytes
    if (i >= count) return new Uint8Array(3)
    return Uint8Array.of(file.getUint8(entry + 2), file.getUint8(entry + 1), file.getUint8(entry))
  })
}

function channelsOf({ palette, bits, masks }: Header): 1 | 3 | 4 {
  if (bits > 8) return masks[3] ? 4 : 3
  return palette.every(([r, g, b]) => r === g && g === b) ? 1 : 3
}

/** Of a run: what its first byte, 0, is followed by. */
const escapes = { endOfRow: 0, endOfPicture: 1, move: 2 }

/** Rows from the bottom, each of runs of one pixel or of pixels as they are. What is left out is the palette's first colour. */
function readRuns(bytes: Uint8Array, header: Header): { image: RawImage; isBeyond: boolean } {
  const { width, height, bits, palette } = header
  const indices = new Uint8Array(width * height)
  let [x, y, at] = [0, 0, header.pixelsAt]
  let isBeyond = false
  const next = () => {
    const byte = bytes[at++]
    if (byte !== undefined) return byte
    // Where a row has gone on beyond its end these are no runs.
    if (!isBeyond) throw new Error('unexpected end of file')
    y = height
    return 0
  }
  const put = (index: number) => {
    if (x < width && y < height) indices[(height - 1 - y) * width + x] = index
    else isBeyond = true
    x++
  }
  /** A byte is one pixel, or two with the first in its higher half. */
  const pixelOf = (byte: number, i: number) => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15)
  while (y < height) {
    const count = next()
    const value = next()
    if (count > 0) for (let i = 0; i < count; i++) put(pixelOf(value, i))
    else if (value === escapes.endOfRow) [x, y] = [0, y + 1]
    else if (value === escapes.endOfPicture) break
    else if (value === escapes.move) [x, y] = [x + next(), y + next()]
    else {
      const length = Math.ceil((value * bits) / 8)
      for (let i = 0; i < value; i++) put(pixelOf(bytes[at + Math.floor((i * bits) / 8)] ?? 0, i))
      // Pixels as they are begin and end at even places.
      at += length + (length % 2)
      if (at > bytes.length && !isBeyond) throw new Error('unexpected end of file')
    }
  }
  const channels = channelsOf(header)
  const data = new Uint8Array(width * height * channels)
  indices.forEach((index, i) => data.set(palette[index]!.subarray(0, channels), i * channels))
  return { image: { data, width, height, channels }, isBeyond }
}

type PixelReader = (row: number, x: number, into: Uint8Array, at: number) => void

function pixelReader(file: DataView, { bits, palette, masks }: Header, channels: number): PixelReader {
  if (bits <= 8) {
    const perByte = 8 / bits
    return (row, x, into, at) => {
      const shift = 8 - bits * ((x % perByte) + 1)
      const color = palette[(file.getUint8(row + Math.floor(x / perByte)) >> shift) & ((1 << bits) - 1)]!
      for (let c = 0; c < channels; c++) into[at + c] = color[c]!
    }
  }
  if (bits === 24) {
    return (row, x, into, at) => {
      for (let c = 0; c < 3; c++) into[at + c] = file.getUint8(row + 3 * x + 2 - c)
    }
  }
  const fields = masks.slice(0, channels).map((mask) => ({ mask, low: lowestBit(mask) }))
  return (row, x, into, at) => {
    const value = bits === 16 ? file.getUint16(row + 2 * x, true) : file.getUint32(row + 4 * x, true)
    fields.forEach(({ mask, low }, c) => {
      const most = (mask >>> 0) / low
      into[at + c] = most ? Math.round((((value & mask) >>> 0) / low / most) * 255) : 0
    })
  }
}

/** 0b1100 → 0b0100; 1 for no bits. */
function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0 || 1
}
