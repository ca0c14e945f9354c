import { type ModelSpec } from '../../../shared/modelSpec'
import { noiseLevels } from '../../../shared/noiseLevels'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { createCorruptionSource } from './corruption'
import type { CorruptionSource } from './corruptionSource'

/** What a run corrupts its images with, or null where they stay clean. */
export function trainingCorruption(
  spec: ModelSpec,
  { noise, clippedShare, seed }: TrainingConfig,
): CorruptionSource | null {
  if (!noise) return null
  const source = createCorruptionSource(noise, spec.input, noiseLevels(spec), seed)
  return noise.kind === 'gaussian' && clippedShare > 0 ? clippedInSome(source, clippedShare) : source
}

/**
 * Gaussian noise as a file of 8 bits holds it, cut off at black and white and rounded, in a share of the images; the rest
 * keep the whole of it. Paper and night skies lose half of their noise that way, which a model has to have seen.
 *
 * The field is changed, such that clean + field · strength / 255 is what the file would hold.
 *
 * @param source of Gaussian noise
 * @param share of the images, 0..1
 */
export function clippedInSome(source: CorruptionSource, share: number): CorruptionSource {
  return {
    levels: source.levels,
    draw(random, pixels, field, strength) {
      source.draw(random, pixels, field, strength)
      const images = strength.length / source.levels
      const inputs = field.length / images
      for (let image = 0; image < images; image++) {
        const sigma = strength[image * source.levels]!
        if (random.uniform() >= share || sigma === 0) continue
        for (let i = image * inputs; i < (image + 1) * inputs; i++) {
          const noisy = Math.round(pixels[i]! + field[i]! * sigma)
          field[i] = (Math.min(255, Math.max(0, noisy)) - pixels[i]!) / sigma
        }
      }
    },
  }
}
