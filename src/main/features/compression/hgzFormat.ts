import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { inputShapeSchema, modelSpecSchema } from '../../../shared/modelSpec'

/**
 * A .hgz file: a signature, sections, and at the end where the index is. All numbers are little endian.
 *
 *     89 48 47 5a 0d 0a 1a 0a
 *     section: kind (1 byte), length (4), CRC-32 of the content (4), content
 *       H  header: JSON, deflated
 *       M  the model: JSON of its spec and the heads of its tensors, and their numbers, range coded
 *       A  axes and details: the same for tensors
 *       N  names of the images of a block: JSON, deflated
 *       C  codes of a block, range coded
 *       P  pixels of a block, range coded: near-lossless and lossless files
 *       I  index: where the sections of each block are: JSON, deflated
 *     end: place of the index (6 bytes), CRC-32 of those (4), 48 47 5a 45
 */
export const signature = Uint8Array.of(0x89, 0x48, 0x47, 0x5a, 0x0d, 0x0a, 0x1a, 0x0a)
const ending = Uint8Array.of(0x48, 0x47, 0x5a, 0x45)
export const endLength = 14
export const sectionHead = 9
export type SectionKind = 'H' | 'M' | 'A' | 'N' | 'C' | 'P' | 'I'

/** What a section may hold once it is inflated. */
const largestJson = 64 * 1024 * 1024
const whole = z.number().int().min(0)
const priorSchema = z.tuple([whole.max(255), whole.max(255), whole])

export const tensorHeadSchema = z.object({
  name: z.string(),
  shape: z.array(whole.max(2 ** 31)).max(8),
  step: z.number().positive(),
  low: whole.max(20),
  prior: priorSchema,
})

export const headerSchema = z.object({
  version: z.literal(1),
  createdAt: z.string(),
  /** The folder, or dataset, as it is called. */
  source: z.string(),
  input: inputShapeSchema,
  count: whole,
  labels: z.array(z.string()),
  blockSize: z.number().int().min(1).max(65_536),
  step: z.number().positive(),
  /** Numbers of a code, axes along which it is coded, and directions of details. */
  dimensions: whole.max(65_536),
  axes: whole.max(65_536),
  details: whole.max(65_536),
  priors: z.array(priorSchema).max(65_536),
  /** Largest error of a pixel, of 255; null where pixels are not coded. */
  maxError: whole.max(127).nullable(),
  model: z.object({
    name: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    inside: z.boolean(),
  }),
})
export type HgzHeader = z.infer<typeof headerSchema>

export const modelSectionSchema = z.object({
  spec: modelSpecSchema,
  tensors: z.array(tensorHeadSchema).max(10_000),
})
export const axesSectionSchema = z.object({ tensors: z.array(tensorHeadSchema).max(16) })

const labelIndex = z.number().int().min(-1)
export const namesSchema = z.object({
  /** Paths, one a line, each as how many characters it shares with the one before, and the others. */
  paths: z.string(),
  shared: z.array(whole),
  labels: z.array(labelIndex),
  /** Of the originals, in pixels. */
  widths: z.array(whole),
  heights: z.array(whole),
  /** Milliseconds since 1970, each less the one before; null where unknown. */
  modified: z.array(z.number()).nullable(),
})
export type HgzNames = z.infer<typeof namesSchema>

export const indexSchema = z.object({
  blocks: z
    .array(z.object({ names: whole, codes: whole, pixels: whole.nullable(), count: whole }))
    .max(1_000_000),
  /** What was measured while the file was written: PSNR in dB, means over images. */
  psnr: z.number().nullable(),
  bytes: z.object({ model: whole, axes: whole, names: whole, codes: whole, pixels: whole }),
})
export type HgzIndex = z.infer<typeof indexSchema>

export const damagedFile = (path: string, why: string) =>
  new ExpectedError('bad-input', sentence('compression.damaged', { path, why }))

export function sectionBytes(kind: SectionKind, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(sectionHead + content.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = kind.charCodeAt(0)
  view.setUint32(1, content.length, true)
  view.setUint32(5, crc32(content), true)
  bytes.set(content, sectionHead)
  return bytes
}

export function endBytes(indexAt: number): Uint8Array {
  const bytes = new Uint8Array(endLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, indexAt % 2 ** 32, true)
  view.setUint16(4, Math.floor(indexAt / 2 ** 32), true)
  view.setUint32(6, crc32(bytes.subarray(0, 6)), true)
  bytes.set(ending, 10)
  return bytes
}

/** Where the index is. @throws ExpectedError */
export function readEnd(bytes: Uint8Array, path: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isWhole =
    bytes.length === endLength &&
    ending.every((byte, i) => bytes[10 + i] === byte) &&
    view.getUint32(6, true) === crc32(bytes.subarray(0, 6))
  if (!isWhole) throw damagedFile(path, 'its end is missing or was changed')
  return view.getUint32(0, true) + view.getUint16(4, true) * 2 ** 32
}

export const packJson = (value: unknown): Uint8Array =>
  deflateRawSync(Buffer.from(JSON.stringify(value)), { level: 9 })

/** @throws ExpectedError */
export function unpackJson<T>(schema: z.ZodType<T>, bytes: Uint8Array, path: string): T {
  let value: unknown
  try {
    value = JSON.parse(inflateRawSync(bytes, { maxOutputLength: largestJson }).toString())
  } catch {
    throw damagedFile(path, 'a part of it cannot be unpacked')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damagedFile(path, `${issue?.path.join('.') ?? ''} of it is not what this version of Hourglass reads`)
}

/** A JSON head and bytes after it in one section. */
export function packWithHead(head: unknown, bytes: Uint8Array): Uint8Array {
  const packed = packJson(head)
  const joined = new Uint8Array(4 + packed.length + bytes.length)
  new DataView(joined.buffer).setUint32(0, packed.length, true)
  joined.set(packed, 4)
  joined.set(bytes, 4 + packed.length)
  return joined
}

/** @throws ExpectedError */
export function unpackWithHead<T>(
  schema: z.ZodType<T>,
  content: Uint8Array,
  path: string,
): { head: T; bytes: Uint8Array } {
  const length =
    content.length < 4 ? Infinity : new DataView(content.buffer, content.byteOffset).getUint32(0, true)
  if (4 + length > content.length) throw damagedFile(path, 'a part of it is cut off')
  return {
    head: unpackJson(schema, content.subarray(4, 4 + length), path),
    bytes: content.subarray(4 + length),
  }
}
