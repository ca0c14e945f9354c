import { readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { datasetFiles, unfinishedFiles } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { isInside } from '../../store/isInside'

/**
 * Makes sure that a dataset may be written to `out`: it is missing, empty, or a dataset, and not among the images.
 * @throws ExpectedError otherwise
 */
export async function checkOutFolder(out: string, sources: string[]): Promise<void> {
  const place = await resolveLinks(out)
  for (const source of sources) {
    if (!isInside(place, await resolveLinks(source))) continue
    throw new ExpectedError('bad-input', sentence('datasets.datasetWouldLieAmong', { out, source }))
  }
  const names = await listFolder(out)
  if (names.includes(datasetFiles.info)) {
    await readDatasetInfo(out)
    return
  }
  if (names.every((name) => unfinishedFiles.includes(name))) return
  // A kill between the renames of a first import.
  if (names.some((name) => unfinishedFiles.includes(name)) && names.every(isOurs)) return
  throw new ExpectedError('bad-input', sentence('datasets.notEmptyHoldsNoDataset', { out }))
}

function isOurs(name: string): boolean {
  return unfinishedFiles.includes(name) || (Object.values(datasetFiles) as string[]).includes(name)
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  }
}

/** The real place of a path of which the last parts may be missing. */
async function resolveLinks(path: string): Promise<string> {
  const absolute = resolve(path)
  try {
    return await realpath(absolute)
  } catch (error) {
    const parent = dirname(absolute)
    if (fileErrorCode(error) !== 'ENOENT' || parent === absolute) throw explainFileError(error, path)
    return join(await resolveLinks(parent), basename(absolute))
  }
}
