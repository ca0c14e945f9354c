import type { DenoiseControls, OpenedPicture } from '../../../shared/api/denoising'
import type { ModelSummary } from '../../../shared/api/library'

interface Painting {
  readonly controls: DenoiseControls
  readonly opened: OpenedPicture | null
  /** What is painted, 1 for the strength as it is. */
  readonly amount: number
  readonly models: readonly Pick<ModelSummary, 'id' | 'trainedOn'>[]
}

/** The key of a text that says why painting changes little or nothing; null where it does. */
export function brushNote({ controls, opened, amount, models }: Painting): string | null {
  if (controls.strength === 0) return 'denoise.brush.noStrength'
  const noise = models.find(({ id }) => id === controls.model)?.trainedOn.noise
  const hasSigma = !noise || /^(gaussian|camera)/.test(noise)
  if (hasSigma && controls.sigma === 'auto' && opened?.certainty === 0) return 'denoise.brush.noNoise'
  return amount > 1 && !hasSigma ? 'denoise.brush.noMore' : null
}
