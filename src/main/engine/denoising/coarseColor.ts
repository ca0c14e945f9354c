import { rounded } from '../../../shared/rounded'
import { decorrelation, type PixelImage, rangeOf, recorrelation } from './pixelTiles'
import { whiteOf } from '../imaging/pixelValues'

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
  const { black, white } = rangeOf(image)
  const scale = 1 / (white - black) / 4
  for (let y = 0, to = 0; y < height; y++) {
    const upper = 2 * y * image.width
    const lower = Math.min(2 * y + 1, image.height - 1) * image.width
    for (let x = 0; x < width; x++, to++) {
      const [left, right] = [2 * x, Math.min(2 * x + 1, image.width - 1)]
      const [i, j] = [(upper + left) * channels, (upper + right) * channels]
      const [k, l] = [(lower + left) * channels, (lower + right) * channels]
      const red = pixels[i]! + pixels[j]! + pixels[k]! + pixels[l]!
      const green = pixels[i + 1]! + pixels[j + 1]! + pixels[k + 1]! + pixels[l + 1]!
      const blue = pixels[i + 2]! + pixels[j + 2]! + pixels[k + 2]! + pixels[l + 2]!
      data[to] = 0.5 + scale * (r * red + g * green + b * blue)
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
  const { black, white } = rangeOf(result)
  const most = data instanceof Float32Array ? null : whiteOf(result)
  const [red, green, blue] = recorrelation.map((row) => (white - black) * row[plane]!) as [
    number,
    number,
    number,
  ]
  const { first, second, share } = neighbours(width, change.width)
  const rows = neighbours(height, change.height)
  const mixed = new Float64Array(change.width)
  for (let y = 0; y < height; y++) {
    const above = rows.first[y]! * change.width
    const below = rows.second[y]! * change.width
    const down = rows.share[y]!
    for (let x = 0; x < mixed.length; x++)
      mixed[x] = between(change.data[above + x]!, change.data[below + x]!, down)
    let at = y * width * channels
    for (let x = 0; x < width; x++, at += channels) {
      const added = between(mixed[first[x]!]!, mixed[second[x]!]!, share[x]!)
      data[at] = rounded(data[at]! + red * added, most)
      data[at + 1] = rounded(data[at + 1]! + green * added, most)
      data[at + 2] = rounded(data[at + 2]! + blue * added, most)
    }
  }
}

/** Of each fine place the two coarse ones beside it, and how far it is from the first to the second. */
function neighbours(size: number, coarse: number) {
  const first = new Int32Array(size)
  const second = new Int32Array(size)
  const share = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const at = Math.min(coarse - 1, Math.max(0, (i - 0.5) / 2))
    first[i] = Math.floor(at)
    second[i] = Math.min(coarse - 1, first[i]! + 1)
    share[i] = at - first[i]!
  }
  return { first, second, share }
}

const between = (a: number, b: number, share: number) => a + share * (b - a)
