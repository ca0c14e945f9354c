import * as hdf5 from 'h5wasm'

export interface Hdf5Dataset {
  /** Groups and at the end its own name. */
  readonly path: readonly string[]
  readonly shape: readonly number[]
  readonly data: Float32Array
}

let count = 0

/** An HDF5 file with these datasets as float32, made in memory. */
export async function encodeHdf5(datasets: readonly Hdf5Dataset[]): Promise<Uint8Array> {
  const { FS } = await hdf5.ready
  const name = `write-${count++}.h5`
  const file = new hdf5.File(name, 'w')
  try {
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
    file.flush()
  } finally {
    file.close()
  }
  try {
    return FS.readFile(name)
  } finally {
    FS.unlink(name)
  }
}

/** An open HDF5 file. */
export interface Hdf5Reader {
  /**
   * Numbers as float32, whatever precision they are kept in; null where there is no such dataset.
   * @throws Error when it holds something else, or more than `most` numbers
   */
  dataset(path: string, most: number): { shape: number[]; data: Float32Array } | null
}

/** Hands an HDF5 file in memory to `use`. @throws Error when it is none */
export async function readHdf5<T>(bytes: Uint8Array, use: (reader: Hdf5Reader) => T): Promise<T> {
  const { FS } = await hdf5.ready
  const name = `read-${count++}.h5`
  FS.writeFile(name, bytes)
  try {
    const file = new hdf5.File(name, 'r')
    if (file.file_id < 0n) throw new Error('it is no HDF5 file')
    try {
      return use({ dataset: (path, most) => datasetAt(file, path, most) })
    } finally {
      file.close()
    }
  } finally {
    FS.unlink(name)
  }
}

function datasetAt(file: hdf5.File, path: string, most: number): ReturnType<Hdf5Reader['dataset']> {
  const found = file.get(path)
  if (found === null) return null
  if (!(found instanceof hdf5.Dataset)) throw new Error(`${path} is no dataset`)
  const shape = (found.shape ?? []).map(Number)
  const size = shape.reduce((product, side) => product * side, 1)
  if (size > most) throw new Error(`${path} has ${size} numbers, which is too much`)
  const { value } = found
  if (!(value instanceof Float32Array || value instanceof Float64Array) || value.length !== size)
    throw new Error(`${path} holds no floating-point numbers`)
  return { shape, data: value instanceof Float32Array ? value : Float32Array.from(value) }
}
