import { ExpectedError } from '../../shared/errors'
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
    throw new ExpectedError(
      'bad-input',
      `${clean.info.name} has no damaged pictures beside its clean ones, which a training on pairs needs. Train on two folders with --input-folder and --target-folder.`,
    )
  const damaged = await openDataset(folder)
  if (damaged.info.count === clean.info.count && damaged.rowBytes === clean.rowBytes) return damaged
  await damaged.close()
  throw new ExpectedError(
    'bad-input',
    `The damaged pictures of ${clean.info.name} are not those of its clean ones any more. Train again with --input-folder and --target-folder.`,
  )
}
