import { access, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { partialPath, syncFolder, writeFileAtomic } from './atomicWrite'
import { explainFileError, fileErrorCode } from './fileErrors'

/** The names in a dataset's folder. Other programs read these three. */
export const datasetFiles = { info: 'dataset.json', items: 'items.jsonl', pixels: 'pixels.u8' } as const

/** Within the folder of a dataset of clean pictures, that of their damaged ones, row by row: what a run on pairs learns from. */
export const damagedPictures = (folder: string): string => join(folder, 'damaged')

/** The new dataset.json while the change of the three files is under way. */
const commitFile = 'dataset.json.commit'

/** Names the process that fills the folder. */
export const importMark = 'importing.json'

/** Everything that may stand in a folder that was killed before its first dataset was whole. */
export const unfinishedFiles: readonly string[] = [
  partialPath(datasetFiles.items),
  partialPath(datasetFiles.pixels),
  partialPath(commitFile),
  commitFile,
  importMark,
]

/**
 * Three files change as one. They are written whole beside their names first; then the new dataset.json appears under
 * another name, and from that moment on the change has happened: whoever finds it there (`finishCommit`) carries the
 * renames out. A crash before leaves the old dataset, a crash after the new one.
 */
export async function commitDataset(folder: string, info: string): Promise<void> {
  await writeFileAtomic(join(folder, commitFile), info)
  await finishCommit(folder)
}

/** Carries out a change that a crash interrupted; does nothing otherwise. Safe to run twice and in two processes. */
export async function finishCommit(folder: string): Promise<void> {
  const path = (name: string) => join(folder, name)
  if (!(await exists(path(commitFile)))) return
  for (const name of [datasetFiles.pixels, datasetFiles.items]) {
    await renameIfThere(partialPath(path(name)), path(name))
  }
  await renameIfThere(path(commitFile), path(datasetFiles.info))
  await syncFolder(folder)
}

/** Whether a change was decided and not carried out. */
export const hasUnfinishedCommit = (folder: string): Promise<boolean> => exists(join(folder, commitFile))

/** Whether a dataset, sound or not, is in this folder. */
export async function isDatasetFolder(folder: string): Promise<boolean> {
  return (await exists(join(folder, datasetFiles.info))) || (await exists(join(folder, commitFile)))
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT' || fileErrorCode(error) === 'ENOTDIR') return false
    throw explainFileError(error, path)
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    // Renamed already, before the crash or by another process.
    if (fileErrorCode(error) !== 'ENOENT') throw explainFileError(error, to)
  }
}
