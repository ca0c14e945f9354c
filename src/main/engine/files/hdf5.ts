import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type * as hdf5 from 'h5wasm'
import { fromHalf } from './half'

export interface Hdf5Dataset {
  /** Groups and at the end its own name. */
  readonly path: readonly string[]
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Several megabytes of WebAssembly, loaded when a file of this kind is met. */
const load = async () => {
  const library = await import('h5wasm')
  const module = await library.ready
  return { library, module, FS: module.FS }
}

let count = 0

/**
 * Writes an HDF5 file with these datasets as float32.
 * @throws Error when the file system says no
 */
export async function writeHdf5(path: string, datasets: readonly Hdf5Dataset[]): Promise<void> {
  const { library, FS } = await load()
  const name = `write-${count++}.h5`
  const disk = openSync(path, 'w+')
  try {
    const failures = putOnDisk(FS, name, disk)
    const file = new library.File(name, 'w')
    try {
      addDatasets(file, datasets)
      file.flush()
    } finally {
      file.close()
    }
    if (failures.length > 0) throw failures[0]
  } finally {
    closeSync(disk)
    FS.unlink(name)
  }
}

function addDatasets(file: hdf5.File, datasets: readonly Hdf5Dataset[]): void {
  const groups = new Map<string, hdf5.Group>([['', file]])
  for (const { path, shape, data } of datasets) {
    let group: hdf5.Group = file
    for (let depth = 1; depth < path.length; depth++) {
      const key = path.slice(0, depth).join('/')
      group = groups.get(key) ?? group.create_group(path[depth - 1]!)
      groups.set(key, group)
    }
    group.create_dataset({ name: path.at(-1)!, data, shape: [...shape], dtype: '<f4' })
  }
}

type Emscripten = Awaited<typeof hdf5.ready>['FS']
/** What a stream of Emscripten's file system does, as its own files in memory do it. */
type Transfer = (
  stream: unknown,
  buffer: Int8Array,
  offset: number,
  length: number,
  position: number,
) => number
interface FileNode {
  usedBytes: number
  stream_ops: { read: Transfer; write: Transfer }
}

/**
 * Makes a file of Emscripten's file system whose content is in an open file of the disk, instead of in memory.
 * @returns what goes wrong from now on. The library is not told, since an error would fly through it: it goes on, and the
 * file is nothing then
 */
function putOnDisk(FS: Emscripten, name: string, disk: number): readonly Error[] {
  const failures: Error[] = []
  const attempt = (transfer: () => number, length: number) => {
    try {
      if (failures.length === 0) return transfer()
    } catch (error) {
      failures.push(error as Error)
    }
    return length
  }
  FS.writeFile(name, new Uint8Array(0))
  const node = FS.analyzePath(name, false).object as unknown as FileNode
  node.stream_ops = {
    ...node.stream_ops,
    read: (_, buffer, offset, length, position) =>
      attempt(() => readSync(disk, buffer, offset, length, position), length),
    write: (_, buffer, offset, length, position) => {
      node.usedBytes = Math.max(node.usedBytes, position + length)
      return attempt(() => writeAll(disk, buffer.subarray(offset, offset + length), position), length)
    },
  }
  return failures
}

/** The system may take a part at a time. */
function writeAll(disk: number, bytes: Int8Array, position: number): number {
  for (let done = 0; done < bytes.length;)
    done += writeSync(disk, bytes, done, bytes.length - done, position + done)
  return bytes.length
}

/** An open HDF5 file. */
export interface Hdf5Reader {
  /**
   * Numbers as float32, whatever precision they are kept in; null where there is no such dataset.
   * @throws Error when it holds something else, or more than `most` numbers
   */
  dataset(path: string, most: number): { shape: number[]; data: Float32Array } | null
  /** Names of what a group holds; none where there is no such group. */
  names(path: string): readonly string[]
  /** An attribute that is text, or a list of texts; none where there is no such attribute. */
  texts(path: string, attribute: string): readonly string[]
}

/** Hands an HDF5 file in memory to `use`. @throws Error when it is none */
export async function readHdf5<T>(bytes: Uint8Array, use: (reader: Hdf5Reader) => T): Promise<T> {
  const { library, module, FS } = await load()
  const name = `read-${count++}.h5`
  FS.writeFile(name, bytes)
  try {
    const file = new library.File(name, 'r')
    if (file.file_id < 0n) throw new Error('it is no HDF5 file')
    try {
      return use({
        dataset: (path, most) => datasetAt(file, path, most, module),
        names: (path) => groupAt(file, path)?.keys() ?? [],
        texts: (path, attribute) => textsAt(file, path, attribute),
      })
    } finally {
      file.close()
    }
  } finally {
    FS.unlink(name)
  }
}

function datasetAt(
  file: hdf5.File,
  path: string,
  most: number,
  module: Awaited<typeof hdf5.ready>,
): ReturnType<Hdf5Reader['dataset']> {
  const found = file.get(path)
  if (found === null) return null
  if (!('value' in found)) throw new Error(`${path} is no dataset`)
  const shape = (found.shape ?? []).map(Number)
  const size = shape.reduce((product, side) => product * side, 1)
  if (size > most) throw new Error(`${path} has ${size} numbers, which is too much`)
  const { metadata } = found as hdf5.Dataset
  // Class 1 is floating point; the library reads single and double precision of it.
  if (metadata.type === 1 && metadata.size === 2 && metadata.littleEndian)
    return { shape, data: fromHalf(halvesAt(file, path, size, module)) }
  const { value } = found
  if (!(value instanceof Float32Array || value instanceof Float64Array) || value.length !== size)
    throw new Error(`${path} holds no floating-point numbers`)
  return { shape, data: value instanceof Float32Array ? value : Float32Array.from(value) }
}

/** Numbers in half precision, as their bits. */
function halvesAt(
  file: hdf5.File,
  path: string,
  size: number,
  module: Awaited<typeof hdf5.ready>,
): Uint16Array {
  const pointer = module._malloc(2 * size)
  if (pointer === 0) throw new Error(`${path} needs more memory than there is`)
  try {
    module.get_dataset_data(file.file_id, path, null, null, null, BigInt(pointer))
    return new Uint16Array(module.HEAPU8.slice(pointer, pointer + 2 * size).buffer)
  } finally {
    module._free(pointer)
  }
}

function groupAt(file: hdf5.File, path: string): hdf5.Group | null {
  const found = path === '' ? file : file.get(path)
  return found !== null && 'keys' in found ? found : null
}

/** Of long lists Keras makes several attributes: NAME0, NAME1… */
function textsAt(file: hdf5.File, path: string, attribute: string): string[] {
  const attributes = groupAt(file, path)?.attrs
  if (!attributes) return []
  const texts: string[] = []
  const names = attribute in attributes ? [attribute] : []
  while (names.length === 0 || /\d$/.test(names.at(-1)!)) {
    const next = `${attribute}${names.length}`
    if (!(next in attributes)) break
    names.push(next)
  }
  for (const name of names) {
    const { value } = attributes[name]!
    texts.push(...[value].flat().filter((one): one is string => typeof one === 'string'))
  }
  return texts
}
