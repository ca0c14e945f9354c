import { readFile, writeFile } from 'node:fs/promises'
import { withBytes } from './tiff/fileSource'
import { type ByteSource, sourceOf } from './tiff/tiffDirectory'

/** Of a PNG: where a chunk begins, with its length and its name before it and a check behind it. */
interface Chunk {
  readonly name: string
  readonly at: number
  /** Of all of it. */
  readonly length: number
}

const signatureBytes = 8
const framing = 12
/** A file of more chunks is not made for being looked at. */
const mostChunks = 100_000

async function* chunksOf(source: ByteSource): AsyncGenerator<Chunk, void, undefined> {
  let at = signatureBytes
  for (let count = 0; count < mostChunks && at + framing <= source.size; count++) {
    const head = await source.read(at, 8)
    const length = head.readUInt32BE(0) + framing
    if (at + length > source.size) return
    yield { name: head.toString('latin1', 4, 8), at, length }
    at += length
  }
}

/** Frames of an animated PNG (APNG); 1 of any other. */
export async function countFrames(input: Buffer | string): Promise<number> {
  return withBytes(input, async (source) => {
    for await (const { name, at } of chunksOf(source)) {
      if (name === 'acTL') return (await source.read(at + 8, 4)).readUInt32BE(0)
      // What says so comes before the pixels.
      if (name === 'IDAT') return 1
    }
    return 1
  })
}

/** What the encoder does not carry on: what the values mean, how large they are on paper, and texts. */
const meanings = ['cICP', 'mDCV', 'cLLI', 'gAMA', 'cHRM', 'sRGB', 'pHYs', 'eXIf', 'tIME']
const carried = [...meanings, 'tEXt', 'zTXt', 'iTXt']
/** Made by the encoder where the original has none. */
const invented = ['pHYs', 'eXIf']
/** Texts that are metadata, which it writes itself. */
const isOwn = (chunk: Buffer) =>
  /^(XML:com\.adobe\.xmp|Raw profile type)/.test(chunk.toString('latin1', 8, 29))

/** EXIF as texts of ImageMagick have it, from which the encoder makes a chunk of its own. */
const isOldExif = (chunk: Buffer) => /^Raw profile type (exif|APP1)/i.test(chunk.toString('latin1', 8, 33))

/**
 * Gives a PNG the chunks of the one that it was made from.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export async function carryChunks(original: Buffer | string, path: string): Promise<void> {
  let hasOldExif = false
  const kept = await withBytes(original, async (source) => {
    const found: Buffer[] = []
    for await (const { name, at, length } of chunksOf(source)) {
      if (!carried.includes(name)) continue
      const chunk = await source.read(at, length)
      if (!isOwn(chunk)) found.push(chunk)
      else if (isOldExif(chunk)) hasOldExif = true
    }
    return found
  })
  const file = await readFile(path)
  const parts: Buffer[] = []
  const names = new Set(kept.map((chunk) => chunk.toString('latin1', 4, 8)))
  for await (const { name, at, length } of chunksOf(sourceOf(file))) {
    if (name === 'eXIf' && hasOldExif) parts.push(file.subarray(at, at + length))
    if (invented.includes(name) || (names.has(name) && !name.endsWith('Xt'))) continue
    parts.push(file.subarray(at, at + length))
    if (name === 'IHDR') parts.push(...kept)
  }
  await writeFile(path, [file.subarray(0, signatureBytes), ...parts])
}
