import { leastSpan, scaleOf, sortedColors } from '../../imaging/valueScale'
import { type PixelImage, type ValueRange } from '../pixelTiles'
import { whiteOf } from '../../imaging/pixelValues'

/**
 * The picture's own black and white, where it uses a small part of its values only: 12 bits in a file of 16, a dark frame.
 * Null where black and white are those of the values, and always in 8 bits.
 */
export function ownRange(image: PixelImage): ValueRange | null {
  if (!(image.data instanceof Uint16Array)) return null
  const { black, white } = scaleOf(sortedColors(image.data, image.channels), { bits: 16, kind: 'unsigned' })
  const isWhole = black === 0 && white === whiteOf(image)
  return isWhole || white - black <= leastSpan ? null : { black, white }
}
