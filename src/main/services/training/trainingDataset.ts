import type { Preprocessing } from '../../../shared/dataset'
import { isDatasetFolder } from '../../store/datasetFiles'
import { type ImportProgress, importDataset } from '../datasets/importDataset'
import { ownDataset } from './runFolder'

export interface DatasetChoice {
  /** A dataset's folder, or images to import. */
  readonly source: string
  /** How images are imported. */
  readonly preprocessing: Preprocessing
}

/** The dataset to train on. Images are imported into the run's own folder, where a resumed run finds them again. */
export async function trainingDataset(
  run: string,
  { source, preprocessing }: DatasetChoice,
  signal?: AbortSignal,
  onProgress?: (progress: ImportProgress) => void,
): Promise<string> {
  if (await isDatasetFolder(source)) return source
  await importDataset({ sources: [source], out: ownDataset(run), preprocessing, signal, onProgress })
  return ownDataset(run)
}
