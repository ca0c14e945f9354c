import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { AugmentedBatches } from './augmentedBatches'
import { rowShape } from './pairedImages'
import { type ImageSource, PatchBatches } from './patchBatches'
import type { PixelSource } from './pixelSource'
import { ResizedEpochs } from './resizedEpochs'
import { type BatchSource, ShuffledBatches } from './shuffledBatches'

/**
 * What a run trains on: whole images or patches of larger ones, shuffled, changed at random where that is asked for, in epochs
 * of the size that is asked for.
 */
export function batchesOf(
  source: PixelSource,
  train: Uint32Array,
  { input }: ModelSpec,
  { seed, patches, augmentation, imagesPerEpoch }: TrainingConfig,
): BatchSource {
  const passes = patches
    ? new PatchBatches(source as ImageSource, train, seed, input, patches)
    : wholeImages(new ShuffledBatches(source, train, seed))
  const bytes = (source.isPaired ? 2 : 1) * inputSize(input)
  return imagesPerEpoch === null ? passes : new ResizedEpochs(passes, imagesPerEpoch, bytes)

  function wholeImages(shuffled: ShuffledBatches): BatchSource {
    if (!augmentation) return shuffled
    return new AugmentedBatches(shuffled, rowShape(input, source.isPaired), augmentation, seed)
  }
}
