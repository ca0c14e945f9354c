import { closeSync, openSync, readSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

const pieceBytes = 1 << 20

/**
 * What `write` puts into a file, in pieces that are read one by one, so that it is never in memory as a whole.
 * @returns pieces that can be gone through once; the file is gone afterwards
 */
export async function temporaryFile(
  within: string,
  write: (path: string) => Promise<void>,
): Promise<Iterable<Uint8Array>> {
  const folder = await mkdtemp(join(within, 'hourglass-'))
  const path = join(folder, 'file')
  try {
    await write(path)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return piecesOf(path, () => rmSync(folder, { recursive: true, force: true }))
}

function* piecesOf(path: string, done: () => void): Iterable<Uint8Array> {
  try {
    const file = openSync(path, 'r')
    try {
      for (;;) {
        const piece = new Uint8Array(pieceBytes)
        const length = readSync(file, piece)
        if (length === 0) return
        yield piece.subarray(0, length)
      }
    } finally {
      closeSync(file)
    }
  } finally {
    done()
  }
}
