import { certaintyOf, estimateImageNoise } from './imageNoise'
import { repairedSubject } from './repairedSubject'
import type { DenoiseSubject, ImageNoise, Repairs } from './denoisingTasks'

/** The noise of an image once it is repaired; `noise` is null for one that is too small to tell. */
interface EstimateNoise {
  params: Pick<DenoiseSubject, 'pixels' | 'height' | 'width' | 'channels' | 'range' | 'repairs'>
  /** `certainty` 0..1: how much of what looks like noise is noise, when the estimate alone decides. */
  result: { noise: ImageNoise | null; certainty: number; repairs: Repairs }
  event: never
}

export async function estimateNoise(params: EstimateNoise['params']): Promise<EstimateNoise['result']> {
  const { image, repairs } = repairedSubject(params)
  const noise = estimateImageNoise(image)
  return { noise, certainty: certaintyOf(noise), repairs }
}
