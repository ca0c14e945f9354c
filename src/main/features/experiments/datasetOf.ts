import { basename, resolve } from 'node:path'
import { importDataset } from '../datasets/importDataset'
import { type DatasetChoice, isDatasetFolder } from '../training/trainingDataset'
import { experimentFiles } from './experimentStore'
import type { ExperimentWork } from './runExperiment'

/** The folder of the dataset that is trained on: the one that was given, or images imported into the experiment's folder. */
export async function datasetOf(
  images: DatasetChoice,
  out: string,
  work: Pick<ExperimentWork, 'signal' | 'onImport'>,
): Promise<string> {
  if (await isDatasetFolder(images.source)) return resolve(images.source)
  const dataset = experimentFiles.dataset(out)
  const name = basename(resolve(images.source))
  const { preprocessing } = images
  await importDataset({
    sources: [images.source],
    out: dataset,
    preprocessing,
    name,
    signal: work.signal,
    onProgress: work.onImport,
  })
  return dataset
}
