import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { writeFileAtomic } from './atomicWrite'
import { readRegular } from './regularFile'

/** An array as NumPy saves it (numpy.lib.format), row-major. An empty shape is a single number. */
export type NpyArray = { shape: number[]; data: Float32Array | Float64Array | Uint8Array | Int32Array }

const magic = '\x93NUMPY'
const formats = { '<f4': Float32Array, '<f8': Float64Array, '<i4': Int32Array, '|u1': Uint8Array } as const
type Format = keyof typeof formats

/** The bytes of a .npy file. */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  if (data.length !== elements(shape)) throw new Error(`${data.length} values for the shape ${shape}`)
  const [format] = Object.entries(formats).find(([, type]) => data instanceof type)!
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat([npyHeader(format as Format, shape), bytes])
}

/** What a .npy file begins with, version 1.0, so that its data lies at a multiple of 64. */
export function npyHeader(format: Format, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${format}', 'fortran_order': False, 'shape': ${tuple}, }`
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10
  const head = Buffer.alloc(10)
  head.write(magic, 'latin1')
  head.writeUInt8(1, 6)
  head.writeUInt16LE(length, 8)
  return Buffer.concat([head, Buffer.from(`${dict.padEnd(length - 1)}\n`, 'latin1')])
}

/** Reads versions 1.0 to 3.0. @throws ExpectedError `bad-input` or `unsupported`, naming `file` */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const { start, format: stored, fortran, shape } = npyLayout(bytes, file)
  if (!(stored in formats)) {
    throw new ExpectedError('unsupported', sentence('store.holdsNumbersTypeWhich', { file, value: stored }))
  }
  if (fortran) {
    throw new ExpectedError('unsupported', sentence('store.storedColumnByColumn', { file }))
  }
  const format = stored as Format
  const Type = formats[format]
  const length = elements(shape) * Type.BYTES_PER_ELEMENT
  if (bytes.length - start !== length) {
    throw unsound(file, `it holds ${bytes.length - start} bytes of data where its shape needs ${length}`)
  }
  return { shape, data: new Type(Uint8Array.from(bytes.subarray(start)).buffer) }
}

/** Where the numbers of a .npy file begin and how they lie there. @throws ExpectedError where it is none */
export function npyLayout(bytes: Uint8Array, file: string) {
  const { start, header } = readHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), file)
  return { start, ...parseHeader(header, file) }
}

/** @throws ExpectedError when the file cannot be read or holds another kind of array */
export async function readNpy(path: string): Promise<NpyArray> {
  return decodeNpy(await readRegular(path), path)
}

/** Replaces the file whole or not at all. @throws ExpectedError when it cannot be written */
export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  await writeFileAtomic(path, encodeNpy(array))
}

function readHeader(bytes: Buffer, file: string): { start: number; header: string } {
  const version = bytes[6]
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== magic) {
    throw unsound(file, 'it does not begin as one')
  }
  if (version !== 1 && version !== 2 && version !== 3) {
    throw unsound(file, `its version ${version} is unknown`)
  }
  const first = version === 1 ? 10 : 12
  const start = first + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8))
  if (start > bytes.length) throw unsound(file, 'it ends inside its header')
  return { start, header: bytes.toString('latin1', first, start) }
}

/** The header is the text of a Python dict with three known keys. */
function parseHeader(header: string, file: string): { format: string; fortran: boolean; shape: number[] } {
  const descr = /'descr':\s*(?:'([^']*)'|\[)/.exec(header)
  const order = /'fortran_order':\s*(True|False)/.exec(header)
  const tuple = /'shape':\s*\(([\d,\s]*)\)/.exec(header)
  if (!descr || !order || !tuple) throw unsound(file, 'its header is not understood')
  const shape = tuple[1]!.split(',').filter((part) => part.trim() !== '')
  return { format: descr[1] ?? 'a structured type', fortran: order[1] === 'True', shape: shape.map(Number) }
}

function elements(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function unsound(file: string, what: string): ExpectedError {
  return new ExpectedError('bad-input', sentence('store.cannotReadNpyFile', { file, what }))
}
