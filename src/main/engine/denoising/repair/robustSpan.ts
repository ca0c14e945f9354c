import { colorChannels, type PixelImage, whiteOf } from '../pixelTiles'

/** Values that are looked at, spread evenly. */
const looked = 200_000

/** Values of the channels of colour in ascending order, or as many of them as tell enough. */
export function sortedValues(image: PixelImage): Float64Array {
  const { channels, data } = image
  const colors = colorChannels(image)
  const pixels = data.length / channels
  const step = Math.max(1, Math.floor((pixels * colors) / looked))
  const values: number[] = []
  for (let i = 0; i < pixels * colors; i += step)
    values.push(data[Math.floor(i / colors) * channels + (i % colors)]!)
  return Float64Array.from(values).sort()
}

export const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!

/** With fewer values between black and white no value stands out of its rounding. */
const leastSpan = 64

/** White less black of what the picture uses: in 8 bits all, and otherwise nearly what most values lie in. */
export function robustSpan(image: PixelImage): number {
  if (image.data instanceof Uint8Array) return 255
  const sorted = sortedValues(image)
  const used = 1.2 * (quantile(sorted, 0.95) - quantile(sorted, 0.05))
  return Math.min(whiteOf(image), Math.max(leastSpan, used))
}
