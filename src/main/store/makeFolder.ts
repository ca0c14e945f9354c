import { mkdir, rmdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { explainFileError, fileErrorCode } from './fileErrors'

/**
 * Creates a folder and those above it that are missing. Returns the topmost one it created, or undefined when the folder
 * was there. (Node's own recursive `mkdir` never returns in places like /proc, where a folder cannot be created in one
 * that is there.)
 * @throws ExpectedError when the file system says no
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const folder = resolve(path)
  try {
    const missing: string[] = []
    for (let at = folder; !(await exists(at)); at = dirname(at)) missing.unshift(at)
    for (const at of missing) await makeOne(at)
    return missing[0]
  } catch (error) {
    if (fileErrorCode(error) !== 'ENOENT') throw explainFileError(error, folder)
    throw new ExpectedError('no-access', sentence('store.systemDoesNotLet', { folder }))
  }
}

/** From `folder` up to `top`, which `makeFolder` returned, as far as they are empty: as if they had not been made. */
export async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  for (let at = folder; at.length >= top.length; at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      // Somebody has put something there meanwhile; it is not ours to remove.
      return
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    // Somebody else was faster.
    if (fileErrorCode(error) !== 'EEXIST') throw error
  }
}
