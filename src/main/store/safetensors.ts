import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { bytesOf, joined, type Pieces } from '../../shared/pieces'
import { writeFileAtomic } from './atomicWrite'
import { explainFileError } from './fileErrors'

/**
 * Tensors in a file, as github.com/huggingface/safetensors describes it: the length of the header (8 bytes, little
 * endian), the header (JSON: name → dtype, shape, first and last byte), the tensors' bytes without gaps.
 */
export type StoredTensor =
  | { dtype: 'F32'; shape: number[]; data: Float32Array }
  /** The bits of half precision. */
  | { dtype: 'F16'; shape: number[]; data: Uint16Array }
  /** The upper halves of F32. */
  | { dtype: 'BF16'; shape: number[]; data: Uint16Array }
  | { dtype: 'F64'; shape: number[]; data: Float64Array }
  | { dtype: 'I32'; shape: number[]; data: Int32Array }
  | { dtype: 'U8'; shape: number[]; data: Uint8Array }
export type TensorFile = { tensors: Record<string, StoredTensor>; metadata: Record<string, string> }

/** The format's own limit. */
const maxHeaderBytes = 100_000_000
const metadataKey = '__metadata__'
const bytesEach = { F64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1 } as const
/** Numbers of other programs that are no weights: they are passed over. */
const bytesOfOthers = { I64: 8, U64: 8, U32: 4, I16: 2, U16: 2, I8: 1, BOOL: 1 } as const
const bytesOfAny = { ...bytesEach, ...bytesOfOthers }

const entrySchema = z.object({
  dtype: z.enum([
    ...(['F64', 'F32', 'I32', 'F16', 'BF16', 'U8'] as const),
    ...(['I64', 'U64', 'U32', 'I16', 'U16', 'I8', 'BOOL'] as const),
  ]),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
})
type Entry = z.infer<typeof entrySchema> & { name: string }

/**
 * The pieces of a safetensors file, the tensors among them as they are. The header is padded to a multiple of 8 and wide types come first, so that every
 * tensor lies where its type can be read in place. The same tensors give the same bytes, whatever their order.
 */
export function safetensorsInPieces(
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Pieces {
  const sorted = Object.entries(tensors).sort(
    ([a, s], [b, t]) => bytesEach[t.dtype] - bytesEach[s.dtype] || (a < b ? -1 : 1),
  )
  let end = 0
  const entries = sorted.map(([name, { dtype, shape, data }]) => {
    if (data.length !== elements(shape))
      throw new Error(`${name}: ${data.length} values for the shape ${shape}`)
    const begin = end
    end += data.byteLength
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const
  })
  const all = Object.keys(metadata).length > 0 ? [[metadataKey, metadata] as const, ...entries] : entries
  const json = Buffer.from(JSON.stringify(Object.fromEntries(all)))
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20, 8)
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true)
  head.set(json, 8)
  return [head, ...sorted.map(([, { data }]) => bytesOf(data))]
}

/** The same as one array. */
export const encodeSafetensors = (...args: Parameters<typeof safetensorsInPieces>): Uint8Array =>
  joined(safetensorsInPieces(...args))

/**
 * Reads what `encodeSafetensors` or another program wrote. Nothing of the header is believed before it is checked.
 *
 * @returns views of `bytes` where they are aligned for their type, copies elsewhere
 * @throws ExpectedError `bad-input`, naming `file`
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const start = headerEnd(bytes, bytes.length, file)
  const { entries, metadata } = parseHeader(bytes.subarray(8, start), file)
  checkLayout(entries, bytes.length - start, file)
  const tensors: Record<string, StoredTensor> = {}
  for (const entry of entries) {
    const tensor = tensorAt(bytes, start, entry)
    if (tensor) tensors[entry.name] = tensor
  }
  return { tensors, metadata }
}

/**
 * @param isWanted of a tensor's name; the others are not read
 * @returns tensors in buffers of their own
 * @throws ExpectedError when the file cannot be read or is not a sound safetensors file
 */
export async function readSafetensors(
  path: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<TensorFile> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const start = headerEnd(await bytesAt(file, 0, Math.min(8, size), path), size, path)
      const { entries, metadata } = parseHeader(await bytesAt(file, 8, start - 8, path), path)
      checkLayout(entries, size - start, path)
      const tensors: Record<string, StoredTensor> = {}
      for (const entry of entries.filter(({ name }) => isWanted(name))) {
        const [from, to] = entry.data_offsets
        const bytes = await bytesAt(file, start + from, to - from, path)
        const tensor = tensorAt(bytes, -from, entry)
        if (tensor) tensors[entry.name] = tensor
      }
      return { tensors, metadata }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw explainFileError(error, path)
  }
}

async function bytesAt(file: FileHandle, from: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const { bytesRead } = await file.read(bytes, 0, length, from)
  if (bytesRead < length) throw unsound(path, 'it became shorter while it was read')
  return bytes
}

/** Replaces the file whole or not at all. @throws ExpectedError when it cannot be written */
export async function writeSafetensors(path: string, { tensors, metadata }: TensorFile): Promise<void> {
  await writeFileAtomic(path, safetensorsInPieces(tensors, metadata))
}

/** @param size of the whole file */
function headerEnd(bytes: Uint8Array, size: number, file: string): number {
  if (size < 8) throw unsound(file, 'it ends before its header')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > maxHeaderBytes) throw unsound(file, 'its header claims to be larger than the format allows')
  if (length > size - 8) throw unsound(file, 'it ends inside its header')
  return 8 + Number(length)
}

function parseHeader(json: Uint8Array, file: string): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch (error) {
    throw unsound(file, 'its header is not JSON', error)
  }
  const outer = z.record(z.string(), z.unknown()).safeParse(header)
  if (!outer.success) throw unsound(file, 'its header is not an object')
  const { [metadataKey]: given = {}, ...rest } = outer.data
  const metadata = z.record(z.string(), z.string()).safeParse(given)
  if (!metadata.success) throw unsound(file, 'its metadata holds something other than text')
  const entries = Object.entries(rest).map(([name, value]) => {
    const parsed = entrySchema.safeParse(value)
    if (parsed.success) return { name, ...parsed.data }
    const issue = parsed.error.issues[0]!
    throw unsound(
      file,
      `the tensor "${name}" is described wrongly (${issue.path.join('.')}: ${issue.message})`,
    )
  })
  return { entries, metadata: metadata.data }
}

/** The tensors must cover the bytes after the header, each once, without gaps, and each must be as long as its shape. */
function checkLayout(entries: Entry[], available: number, file: string): void {
  let end = 0
  const inOrder = entries.toSorted(
    (a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )
  for (const { name, dtype, shape, data_offsets: offsets } of inOrder) {
    if (offsets[0] !== end)
      throw unsound(file, `the tensor "${name}" does not begin where the one before it ends`)
    const bytes = elements(shape) * bytesOfAny[dtype]
    if (offsets[1] - offsets[0] !== bytes) {
      throw unsound(
        file,
        `the tensor "${name}" has another length than ${dtype} of shape [${shape.join(', ')}]`,
      )
    }
    end = offsets[1]
    if (end > available) throw unsound(file, `it ends inside the tensor "${name}"`)
  }
  if (end !== available) throw unsound(file, `${available - end} bytes at its end belong to no tensor`)
}

/** Null for numbers of a kind that only other programs write. */
function tensorAt(
  bytes: Uint8Array,
  start: number,
  { dtype, shape, data_offsets: offsets }: Entry,
): StoredTensor | null {
  const own = bytes.subarray(start + offsets[0], start + offsets[1])
  const isInPlace = own.byteOffset % bytesOfAny[dtype] === 0
  const { buffer, byteOffset } = isInPlace ? own : Uint8Array.from(own)
  const length = elements(shape)
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer, byteOffset, length) }
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, length) }
    case 'F16':
    case 'BF16':
      return { dtype, shape, data: new Uint16Array(buffer, byteOffset, length) }
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, length) }
    case 'U8':
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, length) }
    default:
      return null
  }
}

/** May exceed what a number counts exactly, or be infinite; then it equals no length of a file. */
function elements(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function unsound(file: string, what: string, cause?: unknown): ExpectedError {
  return new ExpectedError('bad-input', sentence('store.cannotReadSafetensorsFile', { file, what }), {
    cause,
  })
}
