import { preprocessingSchema } from '../../../shared/dataset'
import { importDataset } from '../../features/datasets/importDataset'
import { makeSample } from '../../features/datasets/makeSample'
import { demoFiles } from './demoFolder'
import { heldOutCount } from './demoPlan'
import type { DemoRequest, DemoWork } from './demoWork'

/**
 * Draws and imports letters to train on, and others, from another seed, that no training sees.
 * @throws ExpectedError, CancelledError
 */
export async function makeDatasets(
  { out, count, seed }: DemoRequest,
  { signal, onProgress }: DemoWork,
): Promise<void> {
  const heldOut = heldOutCount(count)
  const total = count + heldOut
  const parts = [
    { images: demoFiles.images(out), dataset: demoFiles.dataset(out), count, seed, before: 0 },
    {
      images: demoFiles.heldOutImages(out),
      dataset: demoFiles.heldOut(out),
      count: heldOut,
      seed: (seed + 1) % 2 ** 32,
      before: count,
    },
  ]
  for (const { images, before, ...part } of parts) {
    await makeSample({
      out: images,
      count: part.count,
      seed: part.seed,
      signal,
      onProgress: ({ done }) => onProgress('Drawing', before + done, total, 'images'),
    })
  }
  for (const { images, dataset, before } of parts) {
    await importDataset({
      sources: [images],
      out: dataset,
      preprocessing: preprocessingSchema.parse({}),
      signal,
      onProgress: ({ phase, done }) => {
        if (phase === 'reading') onProgress('Importing', before + done, total, 'images')
      },
    })
  }
}
