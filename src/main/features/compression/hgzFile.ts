import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { explainFileError } from '../../store/fileErrors'
import {
  damagedFile,
  endLength,
  type HgzHeader,
  type HgzIndex,
  headerSchema,
  indexSchema,
  namesSchema,
  readEnd,
  sectionHead,
  type SectionKind,
  signature,
  unpackJson,
} from './hgzFormat'
import { type KeptItem, unpackItems } from './hgzNames'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

/** A compressed file that is open for reading, at any place. Close it when done. */
export class HgzFile {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly size: number,
    readonly header: HgzHeader,
    readonly index: HgzIndex,
    /** Sections of model and axes follow from here. */
    private readonly afterHeader: number,
  ) {}

  /** @throws ExpectedError for what is no such file, and for a damaged one */
  static async open(path: string): Promise<HgzFile> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw explainFileError(error, path)
    })
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) throw notOurs(path)
      const read = (at: number, length: number) => readBytes(handle, path, at, length, stats.size)
      const start = await read(0, Math.min(stats.size, signature.length))
      if (start.length < signature.length || signature.some((byte, i) => start[i] !== byte))
        throw notOurs(path)
      if (stats.size < signature.length + endLength) throw damagedFile(path, 'it is cut off')
      const indexAt = readEnd(await read(stats.size - endLength, endLength), path)
      const section = (at: number, kind: SectionKind) => readSection(read, path, at, kind)
      const index = unpackJson(indexSchema, (await section(indexAt, 'I')).content, path)
      const first = await section(signature.length, 'H')
      const header = unpackJson(headerSchema, first.content, path)
      checkFits(header, index, path)
      return new HgzFile(path, handle, stats.size, header, index, first.end)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The model inside, or null, and the axes. */
  async coordinates(): Promise<{ model: Uint8Array | null; axes: Uint8Array }> {
    const model = this.header.model.inside ? await this.section(this.afterHeader, 'M') : null
    const axes = await this.section(model ? model.end : this.afterHeader, 'A')
    return { model: model?.content ?? null, axes: axes.content }
  }

  async items(block: number): Promise<KeptItem[]> {
    const { names, count } = this.index.blocks[block]!
    const packed = unpackJson(namesSchema, (await this.section(names, 'N')).content, this.path)
    return unpackItems(packed, this.header.labels, count, this.path)
  }

  async codes(block: number): Promise<Uint8Array> {
    return (await this.section(this.index.blocks[block]!.codes, 'C')).content
  }

  async pixels(block: number): Promise<Uint8Array | null> {
    const { pixels } = this.index.blocks[block]!
    return pixels === null ? null : (await this.section(pixels, 'P')).content
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  private section(at: number, kind: SectionKind) {
    const read = (from: number, length: number) => readBytes(this.handle, this.path, from, length, this.size)
    return readSection(read, this.path, at, kind)
  }
}

type Read = (at: number, length: number) => Promise<Uint8Array>

async function readSection(read: Read, path: string, at: number, kind: SectionKind) {
  const head = await read(at, sectionHead)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head[0] !== kind.charCodeAt(0)) throw damagedFile(path, 'a part of it is not where it should be')
  const content = await read(at + sectionHead, view.getUint32(1, true))
  if (crc32(content) !== view.getUint32(5, true))
    throw damagedFile(path, 'a part of it does not have its checksum')
  return { content, end: at + sectionHead + content.length }
}

async function readBytes(
  handle: FileHandle,
  path: string,
  at: number,
  length: number,
  size: number,
): Promise<Uint8Array> {
  if (at < 0 || at + length > size) throw damagedFile(path, 'it is shorter than it says')
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done)
    if (bytesRead === 0) throw damagedFile(path, 'it became shorter while it was read')
    done += bytesRead
  }
  return bytes
}

function checkFits(header: HgzHeader, { blocks }: HgzIndex, path: string): void {
  const { axes, details, priors, count, blockSize, maxError, dimensions } = header
  const counted = blocks.reduce((sum, block) => sum + block.count, 0)
  const fits =
    priors.length === axes + details &&
    axes <= dimensions &&
    counted === count &&
    blocks.every((block) => block.count <= blockSize && (block.pixels !== null) === (maxError !== null))
  if (!fits) throw damagedFile(path, 'its parts do not fit together')
}

const notOurs = (path: string) => new ExpectedError('bad-input', sentence('compression.noHgzFile', { path }))
