import { quantile, sortedColors } from '../../imaging/valueScale'
import { type PixelImage } from '../pixelTiles'
import { whiteOf } from '../../imaging/pixelValues'

/** With fewer values between black and white no value stands out of its rounding. */
const leastSpan = 64

/** White less black of what the picture uses: in 8 bits all, and otherwise nearly what most values lie in. */
export function robustSpan(image: PixelImage): number {
  if (image.data instanceof Uint8Array) return 255
  const sorted = sortedColors(image.data, image.channels)
  const used = 1.2 * (quantile(sorted, 0.95) - quantile(sorted, 0.05))
  return Math.min(whiteOf(image), Math.max(leastSpan, used))
}
