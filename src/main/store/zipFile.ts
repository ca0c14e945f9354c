import { createReadStream, createWriteStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { PassThrough, Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

/** One file of an archive, as the archive's own directory describes it. */
export interface ZipEntry {
  readonly name: string
  /** 0: stored, 8: deflated. */
  readonly method: number
  readonly compressedBytes: number
  readonly bytes: number
  /** Where its local header begins. */
  readonly at: number
  /** Permissions and kind of file as Unix has them; 0 where the archive does not say. */
  readonly mode: number
}

/** The file is no archive, is cut off, or holds something else than its directory says. */
export class DamagedZip extends Error {}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const locator64Bytes = 20
const longestComment = 0xffff
const isLarge = 0xffffffff
/** A directory of more than this belongs to no archive that Hourglass reads. */
const largestDirectory = 2 ** 28

/**
 * The directory of an archive, which lies at its end (APPNOTE.TXT 4.3.12, with the 64-bit fields of 4.5.3). fflate, which reads the small
 * archives, wants all of an archive in memory, or goes through all that is in it in the thread that asks.
 * @throws DamagedZip
 */
export async function readZipDirectory(path: string): Promise<ZipEntry[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { at, bytes } = await findDirectory(file, size)
    if (bytes > largestDirectory || at + bytes > size)
      throw new DamagedZip('its directory lies outside of it')
    return readEntries(await readAt(file, at, bytes))
  } finally {
    await file.close()
  }
}

async function findDirectory(file: FileHandle, size: number): Promise<{ at: number; bytes: number }> {
  const tailAt = Math.max(0, size - endBytes - longestComment - locator64Bytes)
  const tail = await readAt(file, tailAt, size - tailAt)
  for (let at = tail.length - endBytes; at >= 0; at--) {
    // The same bytes in the comment, which reaches to the end of the file, are no signature.
    const endsHere = at + endBytes + tail.readUInt16LE(at + 20) === tail.length
    if (tail.readUInt32LE(at) !== endSignature || !endsHere) continue
    const [bytes, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
    if (start !== isLarge && bytes !== isLarge) return { at: start, bytes }
    if (at < locator64Bytes) break
    const end = await readAt(file, Number(tail.readBigUInt64LE(at - locator64Bytes + 8)), 56)
    if (end.readUInt32LE(0) !== end64Signature) break
    return { at: Number(end.readBigUInt64LE(48)), bytes: Number(end.readBigUInt64LE(40)) }
  }
  throw new DamagedZip('it has no directory')
}

function readEntries(directory: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = []
  for (let at = 0; at + 46 <= directory.length;) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new DamagedZip('its directory cannot be read')
    const nameBytes = directory.readUInt16LE(at + 28)
    const extraBytes = directory.readUInt16LE(at + 30)
    const nameEnd = at + 46 + nameBytes
    const [bytes, compressedBytes, start] = largeValues(directory.subarray(nameEnd, nameEnd + extraBytes), [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ])
    entries.push({
      name: directory.toString('utf8', at + 46, nameEnd),
      method: directory.readUInt16LE(at + 10),
      bytes: bytes!,
      compressedBytes: compressedBytes!,
      at: start!,
      mode: directory.readUInt32LE(at + 38) >>> 16,
    })
    at = nameEnd + extraBytes + directory.readUInt16LE(at + 32)
  }
  return entries
}

/** Of 32-bit values those that are too small for what they mean, which stand in the extra field 1 with 64 bits, in this order. */
function largeValues(extra: Buffer, values: readonly number[]): number[] {
  if (!values.includes(isLarge)) return [...values]
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4
    return values.map((value) => {
      if (value !== isLarge || next + 8 > extra.length) return value
      next += 8
      return Number(extra.readBigUInt64LE(next - 8))
    })
  }
  return [...values]
}

/**
 * Writes one file of an archive to `target`, whose folder exists, in pieces; `onBytes` is called with what was added.
 * @throws DamagedZip; errors of the file system; AbortError
 */
export async function extractZipEntry(
  path: string,
  entry: ZipEntry,
  target: string,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<void> {
  if (entry.method !== 0 && entry.method !== 8) throw new DamagedZip('it is packed in an unknown way')
  const start = await contentAt(path, entry)
  let written = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      written += chunk.length
      onBytes?.(chunk.length)
      done(written > entry.bytes ? new DamagedZip('a file in it is larger than it says') : null, chunk)
    },
  })
  const isExecutable = (entry.mode & 0o111) !== 0
  const end = start + entry.compressedBytes - 1
  const source = entry.compressedBytes === 0 ? Readable.from([]) : createReadStream(path, { start, end })
  const sink = createWriteStream(target, { mode: isExecutable ? 0o755 : 0o644 })
  try {
    const isPacked = entry.method === 8 && entry.compressedBytes > 0
    const unpacked = isPacked ? createInflateRaw() : new PassThrough()
    await pipeline(source, unpacked, counted, sink, { signal })
  } catch (error) {
    const isOfZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
    throw isOfZlib ? new DamagedZip('a file in it cannot be unpacked') : error
  }
  if (written !== entry.bytes) throw new DamagedZip('a file in it is smaller than it says')
}

async function contentAt(path: string, { at }: ZipEntry): Promise<number> {
  const file = await open(path, 'r')
  try {
    const header = await readAt(file, at, 30)
    if (header.readUInt32LE(0) !== localSignature)
      throw new DamagedZip('a file in it is not where it should be')
    return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(buffer, 0, bytes, at)
  if (bytesRead !== bytes) throw new DamagedZip('it is cut off')
  return buffer
}
