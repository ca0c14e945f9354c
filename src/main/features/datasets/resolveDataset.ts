import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Preprocessing } from '../../../shared/dataset'
import { openDataset, type Dataset } from '../../store/datasetStore'
import { isDatasetFolder } from '../../store/datasetFiles'
import { explainFileError } from '../../store/fileErrors'
import { importDataset, type ImportProgress } from './importDataset'

export interface ResolveOptions {
  /** How images become a dataset. Not used for what is one already. */
  preprocessing: Preprocessing
  /** Where that dataset stays, so that it can be used again. Without it, it is temporary. */
  keepIn?: string
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
}

export interface ResolvedDataset {
  dataset: Dataset
  /** Closes the dataset, and deletes it when it was temporary. */
  close(): Promise<void>
}

/**
 * Opens what a person points at: one dataset, or folders, image files and IDX files, which are imported on the spot.
 * @throws ExpectedError, CancelledError as `openDataset` and `importDataset` do
 */
export async function resolveDataset(paths: string[], options: ResolveOptions): Promise<ResolvedDataset> {
  const [first] = paths
  if (first !== undefined && paths.length === 1 && (await isDatasetFolder(first))) {
    const dataset = await openDataset(first)
    return { dataset, close: () => dataset.close() }
  }
  return await importOnTheSpot(paths, options)
}

async function importOnTheSpot(
  paths: string[],
  { keepIn, preprocessing, signal, onProgress }: ResolveOptions,
): Promise<ResolvedDataset> {
  const temporary = keepIn === undefined ? await makeTemporary() : null
  const removeTemporary = async () => {
    if (temporary) await rm(temporary, { recursive: true, force: true })
  }
  // The last part of the path names the dataset.
  const out = keepIn ?? join(temporary!, basename(resolve(paths[0]!)) || 'images')
  try {
    await importDataset({ sources: paths, out, preprocessing, signal, onProgress })
    const dataset = await openDataset(out)
    const close = async () => {
      await dataset.close()
      await removeTemporary()
    }
    return { dataset, close }
  } catch (error) {
    await removeTemporary()
    throw error
  }
}

async function makeTemporary(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'hourglass-'))
  } catch (error) {
    throw explainFileError(error, tmpdir())
  }
}
