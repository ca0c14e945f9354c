import type { PixelSource } from '../../../engine/training/pixelSource'
import { randomStream } from '../../../engine/training/random'

/** Images of noise, held in memory. */
export function randomImages(rowBytes: number, count: number): PixelSource {
  const random = randomStream(1)
  const pixels = Uint8Array.from({ length: rowBytes * count }, () => random.below(256))
  return {
    count,
    rowBytes,
    readRows: async (start, images, into) =>
      into.set(pixels.subarray(start * rowBytes, (start + images) * rowBytes)),
  }
}
