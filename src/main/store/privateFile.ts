import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { explainFileError } from './fileErrors'

/**
 * Writes a file that nobody else on this machine can read, from its first byte on: it is made under another name with
 * those rights and takes the place of what is there, so that an open or a looser file is not written into.
 * @throws ExpectedError
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}`
  try {
    await writeFile(fresh, text, { flag: 'wx', mode: 0o600 })
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw explainFileError(error, path)
  }
}
