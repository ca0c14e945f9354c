import type { NoiseSpec } from '../../../../shared/noise'
import { pairImages } from '../../../engine/training/pairedImages'
import type { ImageSource } from '../../../engine/training/patchBatches'
import { type Dataset, openDataset } from '../../../store/datasetStore'
import { openDamaged } from '../../../store/pairedDataset'

/** A dataset on disk as the engine reads it. */
export function pixelSourceOf(dataset: Dataset): ImageSource {
  const { height, width, channels } = dataset.info
  return {
    count: dataset.info.count,
    rowBytes: dataset.rowBytes,
    shape: { height, width, channels },
    readRows: (start, count, into) => dataset.readRows(start, count, into),
  }
}

/** What a run trains on: a dataset's images, or its clean pictures with their damaged ones. */
export interface TrainingSource {
  readonly dataset: Dataset
  readonly source: ImageSource
  close(): Promise<void>
}

/** @throws ExpectedError as openDataset and openDamaged */
export async function openTrainingSource(folder: string, noise: NoiseSpec | null): Promise<TrainingSource> {
  const dataset = await openDataset(folder)
  const clean = pixelSourceOf(dataset)
  if (noise?.kind !== 'pairs') return { dataset, source: clean, close: () => dataset.close() }
  const damaged = await openDamaged(dataset).catch(async (error: unknown) => {
    await dataset.close()
    throw error
  })
  const close = async () => {
    await dataset.close()
    await damaged.close()
  }
  return { dataset, source: pairImages(clean, pixelSourceOf(damaged)), close }
}
