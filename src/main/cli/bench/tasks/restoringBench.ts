import type { PixelImage } from '../../../engine/denoising/pixelTiles'
import { randomStream } from '../../../engine/training/random'

/** A grey square of noise, of even sides. */
export function randomSquare(megapixels: number): PixelImage {
  const side = Math.max(2, Math.floor(Math.sqrt(megapixels * 1e6) / 2) * 2)
  const random = randomStream(1)
  const data = Float32Array.from({ length: side * side }, () => random.uniform())
  return { height: side, width: side, channels: 1, data }
}

/** The upper one of two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
