import type { ComputeClient } from '../../worker/computeClient'
import type { ImageNoise } from './tasks/denoisingTasks'
import type { DenoisingModel } from './denoisingModels'
import type { QueueEntry } from './queueEntry'
import { rangeIn } from '../pictures/pictureScale'
import type { Picture } from '../pictures/readPicture'

/** Undefined as long as it is not known: nobody waits for it. */
export type FoundNoise = () => ImageNoise | null | undefined

const unknown: FoundNoise = () => undefined

/**
 * Has the noise of pictures estimated by a worker that is not the one that restores, so that it is known when a picture's
 * turn comes: one core works at it, and the others would have to wait.
 */
export class NoiseAhead {
  private isBusy = false

  constructor(private readonly client: Pick<ComputeClient, 'call'>) {}

  /** One picture at a time: others, which may pass by quickly, would heap up before a worker that is busy. */
  estimate(
    { controls }: Pick<QueueEntry, 'controls'>,
    picture: Picture,
    { trained }: Pick<DenoisingModel, 'trained'>,
  ): FoundNoise {
    const { pixels, width, height, channels, pages } = picture
    const isNeeded = controls.sigma === 'auto' && controls.strength > 0 && pages === 1
    if (this.isBusy || !isNeeded || (trained && trained.kind !== 'gaussian')) return unknown
    this.isBusy = true
    let found: ImageNoise | null | undefined
    this.client
      .call('estimateNoise', { pixels, width, height, channels, range: rangeIn(picture) })
      .then(
        ({ noise }) => (found = noise),
        // Who restores the picture estimates it then, and says what is wrong.
        () => undefined,
      )
      .finally(() => (this.isBusy = false))
    return () => found
  }
}
