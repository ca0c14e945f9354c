import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { datasetFiles, finishCommit, hasUnfinishedCommit, isDatasetFolder } from '../../../store/datasetFiles'
import { openDataset, readDatasetInfo } from '../../../store/datasetStore'
import { clearKilledImport, importState } from '../../../store/importMark'
import { damaged, type Finding } from './finding'

/** Reads dataset.json and every line of items.jsonl, and measures pixels.u8. */
export async function checkDataset(folder: string): Promise<Finding[]> {
  const state = await importState(folder)
  if (state === 'under-way')
    return [{ path: folder, level: 'note', problem: 'Its images are being imported just now.' }]
  const left: Finding[] = state === 'killed' ? [await killedImport(folder)] : []
  if (!(await isDatasetFolder(folder))) return left.length > 0 ? left : [await noDataset(folder)]
  if (left.length > 0) return left
  return wholeDataset(folder)
}

async function killedImport(folder: string): Promise<Finding> {
  const isDecided = await hasUnfinishedCommit(folder)
  const whole = await isDatasetFolder(folder)
  return {
    path: folder,
    level: isDecided ? 'damaged' : 'note',
    problem: isDecided
      ? 'An import was killed just before it was done.'
      : whole
        ? 'An import was killed and has left its unfinished files. The dataset is as it was before.'
        : 'An import was killed before it was done, and has left its unfinished files.',
    repair: async () => {
      await finishCommit(folder)
      await clearKilledImport(folder)
      return isDecided ? 'It is done now.' : 'They are removed.'
    },
  }
}

async function noDataset(folder: string): Promise<Finding> {
  const names = await readdir(folder).catch(() => null)
  if (names?.length !== 0)
    return {
      path: folder,
      level: 'damaged',
      problem: `It has no ${datasetFiles.info}. Restore that from a backup, or delete the folder and import the images again.`,
    }
  return {
    path: folder,
    level: 'note',
    problem: 'It is empty: an import was killed before it began.',
    repair: async () => {
      await rmdir(folder)
      return 'It is removed.'
    },
  }
}

async function wholeDataset(folder: string): Promise<Finding[]> {
  try {
    await readDatasetInfo(folder)
  } catch (error) {
    return [damaged(join(folder, datasetFiles.info), error)]
  }
  try {
    const dataset = await openDataset(folder)
    try {
      for await (const item of dataset.items()) if (item.source < 0) break
    } finally {
      await dataset.close()
    }
    return []
  } catch (error) {
    return [damaged(folder, error)]
  }
}
