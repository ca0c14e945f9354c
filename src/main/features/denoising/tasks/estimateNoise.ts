import { certaintyOf, estimateImageNoise } from './imageNoise'
import type { ComputeTasks } from '../../../worker/protocol'
import { repairedSubject } from './repairedSubject'

export async function estimateNoise(
  params: ComputeTasks['estimateNoise']['params'],
): Promise<ComputeTasks['estimateNoise']['result']> {
  const { image, repairs } = repairedSubject(params)
  const noise = estimateImageNoise(image)
  return { noise, certainty: certaintyOf(noise), repairs }
}
