import { decorrelation, type PixelImage, recorrelation, whiteOf } from './pixelTiles'

/**
 * Noise is blotches of colour too, larger than what a network sees at once. So differences of colours are restored once
 * more at half the size, where there is half the noise and the network sees twice as far, and what is coarse is taken from
 * there: the idea of Facciolo, Pierazzo, Morel 2017, "Conservative Scale Recomposition for Multiscale Denoising".
 */

/**
 * A difference of colours at half the size, means of 2 × 2 pixels, with middle grey where there is none.
 *
 * @param plane 1 or 2 of the decorrelated planes
 */
export function coarseDifference(image: PixelImage, plane: number): PixelImage & { data: Float32Array } {
  const [height, width] = [Math.ceil(image.height / 2), Math.ceil(image.width / 2)]
  const data = new Float32Array(height * width)
  const [r, g, b] = decorrelation[plane]!
  const { channels, data: pixels } = image
  const scale = 1 / whiteOf(image)
  for (let y = 0; y < height; y++) {
    const lower = Math.min(2 * y + 1, image.height - 1)
    for (let x = 0; x < width; x++) {
      const right = Math.min(2 * x + 1, image.width - 1)
      let sum = 0
      for (const row of [2 * y, lower])
        for (const column of [2 * x, right]) {
          const at = (row * image.width + column) * channels
          sum += r * pixels[at]! + g * pixels[at + 1]! + b * pixels[at + 2]!
        }
      data[y * width + x] = 0.5 + (scale * sum) / 4
    }
  }
  return { height, width, channels: 1, data }
}

/**
 * Gives an image the coarse part of a difference of colours.
 *
 * @param result is changed
 * @param restored what coarseDifference of the noisy image became
 */
export function takeCoarse(result: PixelImage, plane: number, restored: Float32Array): void {
  const change = coarseDifference(result, plane)
  for (let i = 0; i < restored.length; i++) change.data[i] = restored[i]! - change.data[i]!
  const { height, width, channels, data } = result
  const white = whiteOf(result)
  const isRounded = !(data instanceof Float32Array)
  const weights = recorrelation.map((row) => white * row[plane]!)
  const columns = Array.from({ length: width }, (_, x) => neighbours(x, change.width))
  for (let y = 0; y < height; y++) {
    const [above, below, down] = neighbours(y, change.height)
    for (let x = 0; x < width; x++) {
      const [left, right, across] = columns[x]!
      const upper = between(
        change.data[above * change.width + left]!,
        change.data[above * change.width + right]!,
        across,
      )
      const lower = between(
        change.data[below * change.width + left]!,
        change.data[below * change.width + right]!,
        across,
      )
      const added = between(upper, lower, down)
      const at = (y * width + x) * channels
      for (let c = 0; c < 3; c++) {
        const value = data[at + c]! + weights[c]! * added
        data[at + c] = isRounded ? Math.min(white, Math.max(0, Math.round(value))) : value
      }
    }
  }
}

/** The two coarse places beside a fine one, and how far it is from the first to the second. */
function neighbours(i: number, size: number): readonly [number, number, number] {
  const at = Math.min(size - 1, Math.max(0, (i - 0.5) / 2))
  const first = Math.floor(at)
  return [first, Math.min(size - 1, first + 1), at - first]
}

const between = (a: number, b: number, share: number) => a + share * (b - a)
