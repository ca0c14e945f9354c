import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { explainFileError } from './fileErrors'

/**
 * Opens what is to be read as a file. A pipe or a device is refused: whoever reads one waits until somebody writes. The
 * caller closes it.
 *
 * @throws ExpectedError with a sentence that names the path
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  const stats = await file.stat()
  if (stats.isFile()) return file
  await file.close()
  throw stats.isDirectory() ? notRegular(path, 'a folder') : notRegular(path)
}

export const notRegular = (path: string, kind = 'a pipe or a device'): ExpectedError =>
  new ExpectedError('bad-input', sentence('store.noFileButName', { path, kind }))

/** @throws ExpectedError */
export async function readRegular(path: string): Promise<Buffer> {
  const file = await openRegular(path)
  try {
    return await file.readFile()
  } catch (error) {
    throw explainFileError(error, path)
  } finally {
    await file.close()
  }
}
