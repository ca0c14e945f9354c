/** One value of a directory: bytes in little-endian order, whatever the order of its file. */
export interface TiffValue {
  /** 1 BYTE … 18 IFD8, as TIFF 6.0 and BigTIFF number them. */
  readonly type: number
  readonly count: number
  readonly data: Buffer
}

/** An image file directory (TIFF 6.0, section 2). */
export interface TiffDirectory {
  /** By tag. */
  readonly values: Map<number, TiffValue>
  /** Directories that a tag points to: those of EXIF. */
  readonly inner: Map<number, TiffDirectory>
}

/** A file, or a part of one, in which positions are counted from its first byte. */
export interface ByteSource {
  readonly size: number
  /** @throws RangeError beyond the end */
  read(offset: number, length: number): Promise<Buffer>
}

export const sourceOf = (bytes: Buffer): ByteSource => ({
  size: bytes.length,
  read: async (offset, length) => {
    if (offset + length > bytes.length) throw new RangeError('The file ends before that.')
    return bytes.subarray(offset, offset + length)
  },
})

/** Numbers of a tag of the types BYTE, SHORT, LONG and LONG8, RATIONAL and the floats; none where it is not there. */
export function numbersOf({ values }: TiffDirectory, tag: number): number[] {
  const value = values.get(tag)
  if (!value) return []
  const { type, count, data } = value
  const all = (read: (i: number) => number) => Array.from({ length: count }, (_, i) => read(i))
  if (type === 3) return all((i) => data.readUInt16LE(2 * i))
  if (type === 4) return all((i) => data.readUInt32LE(4 * i))
  if (type === 5) return all((i) => data.readUInt32LE(8 * i) / data.readUInt32LE(8 * i + 4))
  if (type === 8) return all((i) => data.readInt16LE(2 * i))
  if (type === 9) return all((i) => data.readInt32LE(4 * i))
  if (type === 11) return all((i) => data.readFloatLE(4 * i))
  if (type === 12) return all((i) => data.readDoubleLE(8 * i))
  if (type === 16) return all((i) => Number(data.readBigUInt64LE(8 * i)))
  return type === 1 ? [...data] : []
}

/** Directories of EXIF, of its GPS and of its interoperability. */
const pointers = new Set([0x8769, 0x8825, 0xa005])

/** Bytes of one number of each type, and of the words that its order of bytes turns. */
const sizes: Record<number, readonly [bytes: number, word: number]> = {
  1: [1, 1],
  2: [1, 1],
  6: [1, 1],
  7: [1, 1],
  3: [2, 2],
  8: [2, 2],
  4: [4, 4],
  9: [4, 4],
  11: [4, 4],
  13: [4, 4],
  5: [8, 4],
  10: [8, 4],
  12: [8, 8],
  16: [8, 8],
  17: [8, 8],
  18: [8, 8],
}

const mostValues = 4096
const mostBytes = 2 ** 26

/** Of TIFF, and of raw files that are TIFF but for this: those of Olympus and Panasonic. */
const classicMagics = [42, 0x4f52, 0x5352, 0x55]

/** How a file lays out its directories: classic TIFF, or BigTIFF with words of 8 bytes. */
interface Layout {
  readonly isLittle: boolean
  readonly isBig: boolean
}

/**
 * The directories of a TIFF, or of a block of EXIF, one for each page. Values that are damaged, or of a type that nobody
 * knows, are left out.
 *
 * @param most as many pages are read at most
 * @throws RangeError where a directory itself is damaged
 */
export async function readDirectories(source: ByteSource, most: number): Promise<TiffDirectory[]> {
  const head = await source.read(0, Math.min(16, source.size))
  const isLittle = head.toString('latin1', 0, 2) === 'II'
  if (!isLittle && head.toString('latin1', 0, 2) !== 'MM') throw new RangeError('It is no TIFF.')
  const magic = isLittle ? head.readUInt16LE(2) : head.readUInt16BE(2)
  if (magic !== 43 && !classicMagics.includes(magic)) throw new RangeError('It is no TIFF.')
  const reader = new DirectoryReader(source, { isLittle, isBig: magic === 43 })
  const directories: TiffDirectory[] = []
  let offset = reader.offsetAt(head, magic === 43 ? 8 : 4)
  while (offset !== 0 && directories.length < most) {
    const { directory, next } = await reader.read(offset)
    directories.push(directory)
    offset = next
  }
  return directories
}

class DirectoryReader {
  private readonly seen = new Set<number>()
  private bytes = 0

  constructor(
    private readonly source: ByteSource,
    private readonly layout: Layout,
  ) {}

  async read(offset: number): Promise<{ directory: TiffDirectory; next: number }> {
    if (this.seen.has(offset)) throw new RangeError('Its directories go round in a circle.')
    this.seen.add(offset)
    const { isBig } = this.layout
    const [counted, each, pointer] = isBig ? [8, 20, 8] : [2, 12, 4]
    const start = await this.source.read(offset, counted)
    const count = isBig ? this.offsetAt(start, 0) : this.short(start, 0)
    if (count > mostValues) throw new RangeError('A directory of it is too long.')
    const table = await this.source.read(offset + counted, count * each + pointer)
    const directory: TiffDirectory = { values: new Map(), inner: new Map() }
    for (let at = 0; at < count * each; at += each) await this.take(table.subarray(at, at + each), directory)
    return { directory, next: this.offsetAt(table, count * each) }
  }

  /** A number that says where something is. */
  offsetAt(bytes: Buffer, at: number): number {
    const { isLittle, isBig } = this.layout
    if (!isBig) return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
    const value = isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)
    if (value > this.source.size) throw new RangeError('The file ends before that.')
    return Number(value)
  }

  private short(bytes: Buffer, at: number): number {
    return this.layout.isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)
  }

  private async take(entry: Buffer, { values, inner }: TiffDirectory): Promise<void> {
    const tag = this.short(entry, 0)
    const type = this.short(entry, 2)
    const size = sizes[type]
    // The first of two counts. A type that nobody knows says nothing about its length.
    if (!size || values.has(tag)) return
    const count = this.offsetAt(entry, 4)
    const at = this.layout.isBig ? 12 : 8
    const length = count * size[0]
    const fits = length <= entry.length - at
    const offset = fits && !pointers.has(tag) ? 0 : this.offsetAt(entry, at)
    if (offset + (fits ? 0 : length) > this.source.size || this.bytes + length > mostBytes) return
    this.bytes += length
    if (pointers.has(tag)) {
      const directory = await this.readInner(offset)
      if (directory) inner.set(tag, directory)
      return
    }
    const found = fits ? entry.subarray(at, at + length) : await this.source.read(offset, length)
    values.set(tag, { type, count, data: this.inOrder(Buffer.from(found), size[1]) })
  }

  private async readInner(offset: number): Promise<TiffDirectory | null> {
    try {
      return (await this.read(offset)).directory
    } catch (error) {
      if (error instanceof RangeError) return null
      throw error
    }
  }

  private inOrder(data: Buffer, word: number): Buffer {
    if (this.layout.isLittle || word === 1) return data
    return word === 2 ? data.swap16() : word === 4 ? data.swap32() : data.swap64()
  }
}
