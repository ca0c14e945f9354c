import type { ComputeClient } from '../../worker/computeClient'
import type { ImageNoise } from '../../worker/protocol'
import type { DenoisingModel } from './denoisingModels'
import type { QueueEntry } from './queueEntry'
import type { Picture } from './readPicture'

/** Undefined as long as it is not known: nobody waits for it. */
export type NoiseAhead = () => ImageNoise | null | undefined

const unknown: NoiseAhead = () => undefined

/**
 * Has the noise of a picture estimated by a worker that is not the one that restores, so that it is known when the picture's
 * turn comes: one core works at it, and the others would have to wait.
 */
export function estimateAhead(
  client: ComputeClient,
  { controls }: QueueEntry,
  { pixels, width, height, channels, pages }: Picture,
  { trained }: DenoisingModel,
): NoiseAhead {
  const isNeeded = controls.sigma === 'auto' && controls.strength > 0 && pages === 1
  if (!isNeeded || (trained && trained.kind !== 'gaussian')) return unknown
  let found: ImageNoise | null | undefined
  client.call('estimateNoise', { pixels, width, height, channels }).then(
    ({ noise }) => (found = noise),
    // Who restores the picture estimates it then, and says what is wrong.
    () => undefined,
  )
  return () => found
}
