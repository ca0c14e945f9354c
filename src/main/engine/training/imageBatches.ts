import type { ModelSpec } from '../../../shared/modelSpec'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { AugmentedBatches } from './augmentedBatches'
import type { PixelSource } from './pixelSource'
import { ResizedEpochs } from './resizedEpochs'
import { type BatchSource, ShuffledBatches } from './shuffledBatches'

/** Whole images, shuffled, changed at random where that is asked for, in epochs of the size that is asked for. */
export function imageBatches(
  source: PixelSource,
  train: Uint32Array,
  { input }: ModelSpec,
  { seed, augmentation, imagesPerEpoch }: TrainingConfig,
): BatchSource {
  const shuffled = new ShuffledBatches(source, train, seed)
  const passes = augmentation ? new AugmentedBatches(shuffled, input, augmentation, seed) : shuffled
  return imagesPerEpoch === null ? passes : new ResizedEpochs(passes, imagesPerEpoch, source.rowBytes)
}
