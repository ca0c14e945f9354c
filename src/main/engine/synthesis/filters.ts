import type { ColorImage } from './colorImage'
import { mapPlanes, reflected } from './colorImage'

/** Blurs a plane with a Gaussian of standard deviation `sigma` in pixels; the image is mirrored at its borders. */
export function blurred(plane: Float32Array, height: number, width: number, sigma: number): Float32Array {
  if (sigma < 0.1) return plane
  const radius = Math.max(1, Math.ceil(2.5 * sigma))
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  weights.forEach((weight, i) => (weights[i] = weight / total))
  return convolved(convolved(plane, height, width, weights), width, height, weights)
}

/** Convolves along rows and transposes: twice of it is a separable filter. @returns width × height */
function convolved(plane: Float32Array, height: number, width: number, weights: Float32Array): Float32Array {
  const radius = (weights.length - 1) / 2
  const result = new Float32Array(plane.length)
  const line = new Float32Array(width + 2 * radius)
  for (let y = 0; y < height; y++) {
    const row = plane.subarray(y * width, (y + 1) * width)
    line.set(row, radius)
    for (let i = 1; i <= radius; i++) {
      line[radius - i] = row[reflected(-i, width)]!
      line[radius + width - 1 + i] = row[reflected(width - 1 + i, width)]!
    }
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * line[x + k]!
      result[x * height + y] = sum
    }
  }
  return result
}

/** Resamples bilinearly; where it is made smaller, after a blur that keeps out what the smaller one cannot show. */
export function resized(image: ColorImage, height: number, width: number): ColorImage {
  if (height === image.height && width === image.width) return image
  const shrink = image.height / height
  const smooth =
    shrink > 1 ? mapPlanes(image, (plane) => blurred(plane, image.height, image.width, 0.4 * shrink)) : image
  const rows = places(image.height, height)
  const columns = places(image.width, width)
  const plane = (from: Float32Array) => {
    const to = new Float32Array(height * width)
    for (let y = 0, i = 0; y < height; y++) {
      const upper = rows.first[y]! * image.width
      const lower = rows.second[y]! * image.width
      const down = rows.share[y]!
      for (let x = 0; x < width; x++, i++) {
        const [a, b] = [columns.first[x]!, columns.second[x]!]
        const right = columns.share[x]!
        const above = from[upper + a]! + right * (from[upper + b]! - from[upper + a]!)
        const below = from[lower + a]! + right * (from[lower + b]! - from[lower + a]!)
        to[i] = above + down * (below - above)
      }
    }
    return to
  }
  const [red, green, blue] = smooth.planes
  return { height, width, planes: [plane(red), plane(green), plane(blue)] }
}

function places(from: number, to: number) {
  const [first, second, share] = [new Int32Array(to), new Int32Array(to), new Float32Array(to)]
  for (let i = 0; i < to; i++) {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5))
    first[i] = Math.floor(at)
    second[i] = Math.min(from - 1, first[i]! + 1)
    share[i] = at - first[i]!
  }
  return { first, second, share }
}
