import type { Preprocessing } from '../../../shared/dataset'
import type { InputShape } from '../../../shared/modelSpec'
import { isDatasetFolder } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import { type ImportProgress, importDataset } from '../datasets/importDataset'
import { importPairs } from '../datasets/importPairs'
import type { PairedFolders } from '../datasets/pairedFolders'
import { ownDataset } from './runFolder'

export { isDatasetFolder }

export type Images = InputShape & { readonly name: string }

export interface DatasetChoice {
  /** A dataset's folder, or images to import. */
  readonly source: string
  /** How images are imported. */
  readonly preprocessing: Preprocessing
  /** Damaged pictures and clean ones, which are the source. */
  readonly pairs?: PairedFolders
}

/** The images to train on, before they are imported. */
export async function imagesOf({ source, preprocessing }: DatasetChoice): Promise<Images> {
  if (await isDatasetFolder(source)) return readDatasetInfo(source)
  const { width, height, color } = preprocessing
  return { name: source, width, height, channels: color === 'rgb' ? 3 : 1 }
}

/** The dataset to train on. Images are imported into the run's own folder, where a resumed run finds them again. */
export async function trainingDataset(
  run: string,
  { source, preprocessing, pairs }: DatasetChoice,
  signal?: AbortSignal,
  onProgress?: (progress: ImportProgress) => void,
): Promise<string> {
  if (pairs) {
    await importPairs({ found: pairs, out: ownDataset(run), preprocessing, signal, onProgress })
    return ownDataset(run)
  }
  if (await isDatasetFolder(source)) return source
  await importDataset({ sources: [source], out: ownDataset(run), preprocessing, signal, onProgress })
  return ownDataset(run)
}
