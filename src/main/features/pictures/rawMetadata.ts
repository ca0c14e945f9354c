import { carryable } from './tiff/carryTags'
import { type ByteSource, readDirectories, sourceOf, type TiffDirectory } from './tiff/tiffDirectory'
import { withFile } from './tiff/fileSource'
import { TiffWriter } from './tiff/tiffWriter'

export interface RawMetadata {
  /** A block of EXIF, which begins with its first tags. */
  readonly exif?: Buffer
  readonly xmp?: Buffer
}

const pointers = { exif: 0x8769, gps: 0x8825 } as const
/** Its makers write positions in the original file into it, which mean nothing elsewhere. */
const makerNote = 0x927c
const xmpTag = 700

/** What a raw file of a camera says of the picture: who, when, with what. Nothing where that is damaged. */
export async function readRawMetadata(path: string): Promise<RawMetadata> {
  try {
    const directory = await withFile(path, readFirst)
    if (!directory) return {}
    return { exif: await blockOf(directory), xmp: directory.values.get(xmpTag)?.data }
  } catch (error) {
    if (error instanceof RangeError) return {}
    throw error
  }
}

async function readFirst(source: ByteSource): Promise<TiffDirectory | undefined> {
  const head = await source.read(0, Math.min(96, source.size))
  if (head.toString('latin1', 4, 12) === 'ftypcrx ') return readCanon(source)
  if (head.toString('latin1', 0, 8) === 'FUJIFILM') return readPreview(source, head)
  return (await readDirectories(source, 1))[0]
}

/** Fujifilm's files tell where a JPEG in them is, which has the EXIF. */
async function readPreview(source: ByteSource, head: Buffer): Promise<TiffDirectory | undefined> {
  const jpeg = await source.read(head.readUInt32BE(84), Math.min(head.readUInt32BE(88), 2 ** 17))
  const exif = jpeg.indexOf('Exif\0\0', 0, 'latin1')
  return exif < 0 ? undefined : (await readDirectories(sourceOf(jpeg.subarray(exif + 6)), 1))[0]
}

/** Canon's CR3 has a block each for the first directory, EXIF and GPS, within boxes (ISO/IEC 14496-12). */
async function readCanon(source: ByteSource): Promise<TiffDirectory | undefined> {
  const start = await source.read(0, Math.min(source.size, 2 ** 17))
  const block = async (name: string) => {
    const at = start.indexOf(name, 0, 'latin1')
    if (at < 4) return undefined
    const bytes = start.subarray(at + 4, at - 4 + start.readUInt32BE(at - 4))
    return (await readDirectories(sourceOf(bytes), 1))[0]
  }
  const [first, exif, gps] = [await block('CMT1'), await block('CMT2'), await block('CMT4')]
  const inner = new Map<number, TiffDirectory>()
  if (exif) inner.set(pointers.exif, exif)
  if (gps) inner.set(pointers.gps, gps)
  return first && { values: first.values, inner }
}

async function blockOf({ values, inner }: TiffDirectory): Promise<Buffer> {
  const parts: Buffer[] = []
  const writer = new TiffWriter({
    write: async (bytes, from, length, at) => {
      parts.push(Buffer.concat([Buffer.alloc(4), bytes.subarray(from, from + length)]))
      parts.at(-1)!.writeUInt32LE(at)
      return { bytesWritten: length }
    },
  })
  await writer.begin()
  const kept = new Map([...values].filter(([tag, value]) => carryable(tag, value)))
  const within = new Map(
    [...inner].map(([tag, directory]) => [
      tag,
      { ...directory, values: new Map([...directory.values].filter(([one]) => one !== makerNote)) },
    ]),
  )
  await writer.begin(await writer.directories([{ values: kept, inner: within }]))
  const block = Buffer.alloc(Math.max(...parts.map((part) => part.readUInt32LE(0) + part.length - 4)))
  for (const part of parts) part.copy(block, part.readUInt32LE(0), 4)
  return block
}
