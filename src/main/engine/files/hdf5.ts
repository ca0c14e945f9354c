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
