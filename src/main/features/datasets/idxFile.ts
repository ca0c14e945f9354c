import { createReadStream } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

/**
 * The IDX format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, the type of the values, the number of
 * dimensions, each dimension as a big-endian 32-bit number, then the values. Three dimensions are count × height ×
 * width, four have the channels last (or, where only that makes sense, first).
 */
export interface IdxImages {
  path: string
  gzipped: boolean
  headerBytes: number
  count: number
  height: number
  width: number
  channels: 1 | 3
  channelsFirst: boolean
  /** The file with a label for each image, when there is one beside it. */
  labelsPath: string | null
}

const unsignedByte = 0x08
const labelsHeaderBytes = 8

/** Null for a file that is not IDX images. @throws ExpectedError for IDX images that we do not read */
export async function openIdx(path: string, head: Uint8Array): Promise<IdxImages | null> {
  const gzipped = isGzip(head)
  const header = parseHeader(gzipped ? inflateHead(head) : head)
  if (!header || header.dimensions.length < 3) return null
  if (header.type !== unsignedByte) {
    throw new ExpectedError('unsupported', sentence('datasets.itsValuesNotBytes'))
  }
  const [count = 0, ...sides] = header.dimensions
  const shape = shapeOf(sides)
  if (!shape || shape.height * shape.width === 0 || shape.height > 4096 || shape.width > 4096) {
    throw new ExpectedError(
      'unsupported',
      sentence('datasets.itsDimensionsNotThose', { header: header.dimensions.join(' × ') }),
    )
  }
  const headerBytes = 4 + 4 * header.dimensions.length
  return { path, gzipped, headerBytes, count, ...shape, labelsPath: await findLabels(path) }
}

/** Whether these first bytes are those of the labels that go with IDX images. */
export function isIdxLabels(head: Uint8Array): boolean {
  return parseHeader(isGzip(head) ? inflateHead(head) : head)?.dimensions.length === 1
}

/**
 * The images one after another as height × width × channels bytes, each in memory of its own, streamed. Ends early
 * when the file does.
 */
export async function* readIdxImages(idx: IdxImages): AsyncGenerator<Uint8Array, void, undefined> {
  const imageBytes = idx.height * idx.width * idx.channels
  let skip = idx.headerBytes
  let rest: Buffer = Buffer.alloc(0)
  let count = 0
  const stream = openStream(idx)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      rest = rest.byteLength > 0 ? Buffer.concat([rest, chunk]) : chunk
      const from = Math.min(skip, rest.byteLength)
      skip -= from
      let at = from
      for (; at + imageBytes <= rest.byteLength && count < idx.count; at += imageBytes, count++) {
        const image = Uint8Array.prototype.slice.call(rest, at, at + imageBytes)
        yield idx.channelsFirst ? channelsLast(image, idx.channels) : image
      }
      if (count === idx.count) return
      rest = rest.subarray(at)
    }
  } catch (error) {
    // A gzip stream that was cut off or damaged: the images before that are whole.
    if (!isZlibError(error)) throw error
  } finally {
    stream.destroy()
  }
}

/** A label for each image, or null for none. */
export async function readIdxLabels({ labelsPath, count }: IdxImages): Promise<Uint8Array | null> {
  if (!labelsPath) return null
  // A label for each image and no more, whatever the file holds, and however much it says it would be.
  const plain = await readFront(labelsPath, labelsHeaderBytes + count)
  const header = parseHeader(plain)
  return header?.dimensions.length === 1 && header.type === unsignedByte
    ? plain.subarray(labelsHeaderBytes)
    : null
}

/** The first bytes of a file, unpacked where it is packed. */
async function readFront(path: string, most: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  let gzipped: boolean
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    gzipped = isGzip(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
  const pieces: Buffer[] = []
  let bytes = 0
  const stream = openStream({ path, gzipped })
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= most) break
    }
  } catch (error) {
    if (!isZlibError(error)) throw error // Cut off or damaged: what came before it is whole.
  } finally {
    stream.destroy()
  }
  return Buffer.concat(pieces).subarray(0, most)
}

function openStream({ path, gzipped }: Pick<IdxImages, 'path' | 'gzipped'>): Readable {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  if (!gzipped) return file
  const plain = createGunzip({ chunkSize: 1 << 18 })
  file.on('error', (error) => plain.destroy(error))
  plain.on('close', () => file.destroy())
  return file.pipe(plain)
}

function parseHeader(head: Uint8Array): { type: number; dimensions: number[] } | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const rank = head[3] ?? 0
  if (head[0] !== 0 || head[1] !== 0 || rank < 1 || rank > 4 || head.byteLength < 4 + 4 * rank) return null
  const type = head[2]!
  if (![0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(type)) return null
  return { type, dimensions: Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i)) }
}

function shapeOf(sides: number[]): Pick<IdxImages, 'height' | 'width' | 'channels' | 'channelsFirst'> | null {
  const [a = 0, b = 0, c] = sides
  if (c === undefined) return { height: a, width: b, channels: 1, channelsFirst: false }
  if (c === 1 || c === 3) return { height: a, width: b, channels: c, channelsFirst: false }
  if (a === 1 || a === 3) return { height: b, width: c, channels: a, channelsFirst: true }
  return null
}

function channelsLast(image: Uint8Array, channels: number): Uint8Array {
  const pixels = image.byteLength / channels
  const turned = new Uint8Array(image.byteLength)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < pixels; i++) turned[i * channels + c] = image[c * pixels + i]!
  }
  return turned
}

/** train-images-idx3-ubyte → train-labels-idx1-ubyte, also with a dot and with or without .gz. */
async function findLabels(path: string): Promise<string | null> {
  const name = basename(path).replace(/\.gz$/i, '')
  const labels = name.replace(/images/i, 'labels').replace(/idx[34]/i, 'idx1')
  if (labels === name) return null
  for (const candidate of [labels, `${labels}.gz`]) {
    const labelsPath = join(dirname(path), candidate)
    try {
      await access(labelsPath)
      return labelsPath
    } catch {
      // Not under this name.
    }
  }
  return null
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

/** The plain front of a gzip stream of which we have the front. */
function inflateHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: 2 /* Z_SYNC_FLUSH: take what there is */ })
  } catch {
    // Not gzip after all, or damaged in its first bytes.
    return new Uint8Array()
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code))
}
