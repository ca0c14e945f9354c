import { isRepairedFor, type NoiseSpec } from '../../../../shared/noise'
import { type PixelImage, rangeOf } from '../../../engine/denoising/pixelTiles'
import { whiteOf } from '../../../engine/imaging/pixelValues'
import { noRepairs, repairImage, type Repairs } from '../../../engine/denoising/repair/repairImage'
import type { DenoiseSubject } from './denoisingTasks'

type Subject = Pick<DenoiseSubject, 'pixels' | 'height' | 'width' | 'channels' | 'range' | 'repairs'> & {
  readonly trained?: NoiseSpec | null
}

/** An image as a model gets it: repaired, with its range. */
export function repairedSubject(subject: Subject): { image: PixelImage; repairs: Repairs } {
  const { pixels, height, width, channels, repairs, trained = null } = subject
  const image: PixelImage = { height, width, channels, data: pixels }
  if (!isRepairedFor(trained)) return { image, repairs: noRepairs }
  if (repairs) return { image: { ...image, range: repairs.range }, repairs }
  return repairImage(image, subject.range)
}

/** How many times as large a sigma is on the scale of an image's range as on that of its values. */
export function rangeScale(image: PixelImage): number {
  const { black, white } = rangeOf(image)
  return whiteOf(image) / (white - black)
}
