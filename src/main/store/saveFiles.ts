import { existsSync } from 'node:fs'
import { copyFile, symlink } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { CancelledError, ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { replaceFile, writeFileAtomic } from './atomicWrite'
import { explainFileError } from './fileErrors'
import { FreeNames } from './freeNames'

export interface SaveFilesWork {
  readonly signal?: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/**
 * Copies files into a folder, or links them there, under names that are free; originals stay as they are. What is gone
 * meanwhile is left out.
 * @returns how many were missing
 * @throws ExpectedError when all are missing or the folder cannot be written; CancelledError, and what is there then stays
 */
export async function saveFiles(
  files: readonly { readonly path: string }[],
  folder: string,
  how: 'copy' | 'link',
  { signal, onProgress }: SaveFilesWork,
): Promise<number> {
  const names = await FreeNames.in(folder)
  let missing = 0
  for (const [done, { path }] of files.entries()) {
    if (signal?.aborted) throw new CancelledError('Stopped.')
    const extension = extname(path)
    const target = join(folder, names.take(basename(path, extension), extension))
    if (!existsSync(path)) missing++
    else if (how === 'link') await attempt(() => symlink(path, target), target)
    else await replaceFile(target, (partial) => copyFile(path, partial))
    onProgress(done + 1, files.length)
  }
  if (missing === files.length) throw new ExpectedError('not-found', sentence('latent.originalFilesNotWhere'))
  return missing
}

/** selection.txt: a path a line. @returns its path */
export async function saveList(files: readonly { readonly path: string }[], folder: string): Promise<string> {
  const path = join(folder, (await FreeNames.in(folder)).take('selection', '.txt'))
  await writeFileAtomic(path, files.map((file) => `${file.path}\n`).join(''))
  return path
}

async function attempt(step: () => Promise<void>, path: string): Promise<void> {
  try {
    await step()
  } catch (error) {
    throw explainFileError(error, path)
  }
}
