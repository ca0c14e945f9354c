import type { PixelImage } from '../../engine/denoising/pixelTiles'
import { certaintyOf, estimateImageNoise } from '../imageNoise'
import type { ComputeTasks } from '../protocol'

export async function estimateNoise(
  params: ComputeTasks['estimateNoise']['params'],
): Promise<ComputeTasks['estimateNoise']['result']> {
  const image: PixelImage = { ...params, data: params.pixels }
  const noise = estimateImageNoise(image)
  return { noise, certainty: certaintyOf(noise) }
}
