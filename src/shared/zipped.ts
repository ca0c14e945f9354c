import { Zip, ZipPassThrough } from 'fflate'

/** A zip of files by their names, as they are: weights hardly get smaller, and a reader need not unpack them. */
export function* zipped(files: Readonly<Record<string, Iterable<Uint8Array>>>): Iterable<Uint8Array> {
  let ready: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error) throw error
    ready.push(piece)
  })
  const taken = () => {
    const pieces = ready
    ready = []
    return pieces
  }
  for (const [name, pieces] of Object.entries(files)) {
    const file = new ZipPassThrough(name)
    zip.add(file)
    for (const piece of pieces) {
      file.push(piece)
      yield* taken()
    }
    file.push(new Uint8Array(0), true)
  }
  zip.end()
  yield* taken()
}
