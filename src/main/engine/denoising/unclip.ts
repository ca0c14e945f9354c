import { clippedMoments } from './clippedNoise'
import { colorChannels, type PixelImage } from './pixelTiles'
import { whiteOf } from '../imaging/pixelValues'

/** Points at which the mean is computed; between them it is as good as straight. */
const points = 1024

/**
 * What a value between 0 and 1 was before Gaussian noise was added and what lay beyond the limits was cut off, as a file does:
 * from the mean that is left, which is grey where there was white (Foi 2009, see clippedMoments). What is beyond all means
 * was at the limit.
 */
export function unclipper(sigma: number): (mean: number) => number {
  const means = Float64Array.from({ length: points + 1 }, (_, i) => clippedMoments(i / points, sigma).mean)
  return (mean) => {
    let [low, high] = [0, points]
    if (mean <= means[low]!) return 0
    if (mean >= means[high]!) return 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (means[middle]! <= mean) low = middle
      else high = middle
    }
    return (low + (mean - means[low]!) / (means[high]! - means[low]!)) / points
  }
}

/** Weaker noise moves white by less than a level of 8 bits. */
const weakest = 2

/**
 * Moves the values of a restored image to what they were before the noise was cut off at black and white, in place. A
 * network gives the mean of what it cannot tell apart, and of cut noise that is grey where there was white.
 *
 * @param sigmas in each channel of colour, on the 0-255 scale; null to leave all as it is
 */
export function unclip(
  { data, channels }: Pick<PixelImage, 'data' | 'channels'>,
  sigmas: readonly number[] | null,
): void {
  if (!sigmas || data instanceof Float32Array) return
  const most = whiteOf({ data })
  for (let c = 0; c < colorChannels({ channels }); c++) {
    const sigma = sigmas[c]!
    if (sigma < weakest) continue
    const valueOf = unclipper(sigma / 255)
    const table = new Uint16Array(most + 1)
    for (let i = 0; i <= most; i++) table[i] = Math.round(most * valueOf(i / most))
    for (let i = c; i < data.length; i += channels) data[i] = table[data[i]!]!
  }
}
