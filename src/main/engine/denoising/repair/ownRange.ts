import { type PixelImage, type ValueRange, whiteOf } from '../pixelTiles'
import { quantile, sortedValues } from './robustSpan'

/** So few values on either side are highlights and holes, which say nothing of the range. */
const beyond = 5e-4
/** Room on either side, as a share of what lies between. */
const margin = 0.05
/** Pictures that use more of their values are taken as they are. */
const mostOfAll = 0.4
/** With a smaller range, rounding is all there is. */
const leastSpan = 40

/**
 * The picture's own black and white, where it uses a small part of its values only: 12 bits in a file of 16, a dark frame,
 * floats that a few hot values stretch. Null where black and white are those of the values, and always in 8 bits.
 */
export function ownRange(image: PixelImage): ValueRange | null {
  if (!(image.data instanceof Uint16Array)) return null
  const sorted = sortedValues(image)
  const [low, high] = [quantile(sorted, beyond), quantile(sorted, 1 - beyond)]
  const most = whiteOf(image)
  if (high - low < leastSpan || high - low > mostOfAll * most) return null
  const room = margin * (high - low)
  return { black: Math.max(0, low - room), white: Math.min(most, high + room) }
}
