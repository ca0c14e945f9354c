import { open } from 'node:fs/promises'
import { explainFileError } from './fileErrors'

/**
 * Writes a file piece by piece.
 * @returns its size in bytes
 * @throws ExpectedError when the file system says no
 */
export async function writePieces(path: string, pieces: Iterable<Uint8Array>): Promise<number> {
  let size = 0
  try {
    const handle = await open(path, 'w')
    try {
      for (const piece of pieces) {
        await handle.appendFile(piece)
        size += piece.byteLength
      }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw explainFileError(error, path)
  }
  return size
}
