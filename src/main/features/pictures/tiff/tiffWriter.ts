import type { TiffDirectory, TiffValue } from './tiffDirectory'

/** Of TIFF 6.0: what an image in strips needs. */
export const stripTags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
} as const
/** Of the tag `photometric`. */
export const [blackIsZero, rgb] = [1, 2] as const

const types = { byte: 1, short: 3, long: 4 } as const

export const bytesValue = (data: Buffer): TiffValue => ({ type: types.byte, count: data.length, data })

export const shortsValue = (...values: number[]): TiffValue => ({
  type: types.short,
  count: values.length,
  data: Buffer.from(Uint16Array.from(values).buffer),
})

export const longsValue = (values: readonly number[]): TiffValue => ({
  type: types.long,
  count: values.length,
  data: Buffer.from(Uint32Array.from(values).buffer),
})

/** An open file, or what takes its place. */
export interface WrittenAt {
  write(
    bytes: Buffer,
    from: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>
}

/** Classic TIFF counts positions with 32 bits. */
const mostBytes = 2 ** 32 - 1

/** Writes a little-endian TIFF from front to back, and says at the end where its first directory is. */
export class TiffWriter {
  /** @param end where to go on: the length of a file whose directories are written anew, 0 of one that begins */
  constructor(
    private readonly file: WrittenAt,
    private end = 0,
  ) {}

  /** The header; to be called again when the first directory has its place. */
  async begin(firstDirectory = 0): Promise<void> {
    const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0])
    header.writeUInt32LE(firstDirectory, 4)
    await this.file.write(header, 0, 8, 0)
    this.end = Math.max(this.end, 8)
  }

  /** @returns where it is. @throws RangeError beyond 4 GB */
  async append(data: Buffer): Promise<number> {
    // Directories and values begin at even positions.
    const at = this.end + (this.end % 2)
    if (at + data.length > mostBytes) throw new RangeError('A TIFF of more than 4 GB cannot be written.')
    // On a disk that is nearly full a part may be written, and the next try says so.
    for (let done = 0; done < data.length;)
      done += (await this.file.write(data, done, data.length - done, at + done)).bytesWritten
    this.end = at + data.length
    return at
  }

  /** @returns where the first of them is */
  async directories(pages: readonly TiffDirectory[]): Promise<number> {
    let next = 0
    for (const page of pages.toReversed()) next = await this.directory(page, next)
    return next
  }

  private async directory({ values, inner }: TiffDirectory, next: number): Promise<number> {
    const entries = new Map(values)
    for (const [tag, directory] of inner) entries.set(tag, longsValue([await this.directory(directory, 0)]))
    const table = Buffer.alloc(2 + entries.size * 12 + 4)
    table.writeUInt16LE(entries.size, 0)
    let at = 2
    for (const [tag, { type, count, data }] of [...entries].sort(([a], [b]) => a - b)) {
      table.writeUInt16LE(tag, at)
      table.writeUInt16LE(type, at + 2)
      table.writeUInt32LE(count, at + 4)
      if (data.length <= 4) data.copy(table, at + 8)
      else table.writeUInt32LE(await this.append(data), at + 8)
      at += 12
    }
    table.writeUInt32LE(next, at)
    return this.append(table)
  }
}
