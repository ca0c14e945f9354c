import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { damagedPictures, isDatasetFolder } from './datasetFiles'
import { type Dataset, openDataset } from './datasetStore'

/**
 * The damaged pictures of a dataset's clean ones, as many of them and of the same size. The caller closes it.
 *
 * @throws ExpectedError where they are missing or others
 */
export async function openDamaged(clean: Dataset): Promise<Dataset> {
  const folder = damagedPictures(clean.folder)
  if (!(await isDatasetFolder(folder)))
    throw new ExpectedError('bad-input', sentence('store.noDamagedBeside', { name: clean.info.name }))
  const damaged = await openDataset(folder)
  if (damaged.info.count === clean.info.count && damaged.rowBytes === clean.rowBytes) return damaged
  await damaged.close()
  throw new ExpectedError('bad-input', sentence('store.damagedOfOthers', { name: clean.info.name }))
}
