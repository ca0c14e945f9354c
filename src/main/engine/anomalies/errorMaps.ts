import type { InputShape } from '../../../shared/modelSpec'

/** Sides of the patches that are looked at, as parts of the shorter side of an image. */
const patchParts = [1 / 16, 1 / 8, 1 / 4]

/** Squared difference of image and reconstruction, mean over channels: height × width. */
export function squaredErrorMap(
  image: Float32Array,
  output: Float32Array,
  { width, height, channels }: InputShape,
): Float32Array {
  const map = new Float32Array(width * height)
  for (let i = 0; i < map.length; i++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += (image[i * channels + c]! - output[i * channels + c]!) ** 2
    map[i] = sum / channels
  }
  return map
}

/** Sides in pixels of the patches of images of a size. */
export const patchSides = ({ width, height }: InputShape): number[] => [
  ...new Set(patchParts.map((part) => Math.max(2, Math.round(part * Math.min(width, height))))),
]

/** The largest mean over squares of `side` pixels. */
export function worstPatch(map: Float32Array, width: number, height: number, side: number): number {
  const sums = integralOf(map, width, height)
  const [w, h] = [Math.min(side, width), Math.min(side, height)]
  let worst = 0
  for (let y = 0; y + h <= height; y++)
    for (let x = 0; x + w <= width; x++) {
      const [a, b] = [y * (width + 1) + x, (y + h) * (width + 1) + x]
      const sum = sums[b + w]! - sums[b]! - sums[a + w]! + sums[a]!
      if (sum > worst) worst = sum
    }
  return worst / (w * h)
}

function integralOf(map: Float32Array, width: number, height: number): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += map[y * width + x]!
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row
    }
  }
  return sums
}

/** Their sum is 1. */
export function gaussianTaps(sigma: number): number[] {
  const reach = Math.ceil(3 * sigma)
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  )
  const total = taps.reduce((a, b) => a + b)
  return taps.map((tap) => tap / total)
}

/** A Gaussian blur; the border is repeated. */
export function blurMap(map: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma <= 0) return map
  const weights = gaussianTaps(sigma)
  const reach = (weights.length - 1) / 2
  const beside = new Float32Array(map.length)
  const out = new Float32Array(map.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let i = -reach; i <= reach; i++)
        sum += weights[i + reach]! * map[y * width + Math.min(width - 1, Math.max(0, x + i))]!
      beside[y * width + x] = sum
    }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let i = -reach; i <= reach; i++)
        sum += weights[i + reach]! * beside[Math.min(height - 1, Math.max(0, y + i)) * width + x]!
      out[y * width + x] = sum
    }
  return out
}
