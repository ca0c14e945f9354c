import { StringDecoder } from 'node:string_decoder'

/** How a file of text says its signs, where that is more than a byte each in a way that hides the marks between cells. */
export type TextEncoding = 'bytes' | 'utf-16le' | 'utf-16be'

/** Of so many bytes at the beginning the encoding is told. */
export const encodingBytes = 4096

/**
 * UTF-16 has a mark at its beginning, or else a zero in nearly every second byte, since the marks between cells, digits and most
 * letters are below 256. @param bytes the first of a file
 */
export function encodingOf(bytes: Uint8Array): TextEncoding {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const pairs = Math.min(bytes.length, encodingBytes) >> 1
  if (pairs < 2) return 'bytes'
  let [high, low] = [0, 0]
  for (let i = 0; i < 2 * pairs; i += 2) {
    if (bytes[i] === 0) high++
    if (bytes[i + 1] === 0) low++
  }
  if (low > 0.6 * pairs && high === 0) return 'utf-16le'
  return high > 0.6 * pairs && low === 0 ? 'utf-16be' : 'bytes'
}

/** Brings UTF-16 to UTF-8, with a mark where it has one; chunks may end anywhere. Other bytes stay as they are. */
export class Utf8Bytes {
  private readonly decoder = new StringDecoder('utf16le')
  private odd: Buffer = Buffer.alloc(0)

  constructor(private readonly encoding: TextEncoding) {}

  push(chunk: Buffer): Buffer {
    if (this.encoding === 'bytes') return chunk
    const whole = Buffer.concat([this.odd, chunk])
    const even = whole.length & ~1
    this.odd = whole.subarray(even)
    const units = whole.subarray(0, even)
    return Buffer.from(this.decoder.write(this.encoding === 'utf-16be' ? units.swap16() : units), 'utf8')
  }
}

/** The way back: bytes of UTF-8 as a file with an encoding has them. */
export function inEncoding(bytes: Buffer, encoding: TextEncoding): Buffer {
  if (encoding === 'bytes') return bytes
  const units = Buffer.from(bytes.toString('utf8'), 'utf16le')
  return encoding === 'utf-16be' ? units.swap16() : units
}
