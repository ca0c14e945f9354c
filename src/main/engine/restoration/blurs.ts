import type { Plane } from './resample'

/** Weights of the pixels about one, that sum to 1: odd in height and width. */
export interface PointSpread {
  readonly side: number
  readonly weights: Float32Array
}

/** exp(-(x² + y²) / 2σ²) at each pixel. @param sigma in pixels */
export function gaussianSpread(sigma: number): PointSpread {
  const radius = Math.ceil(3 * sigma)
  return spread(radius, (x, y) => (sigma === 0 ? 1 : Math.exp(-(x * x + y * y) / (2 * sigma * sigma))))
}

/** A disc: what a lens out of focus makes of a point. Pixels at its edge count by their nearness to it. */
export function defocusSpread(radius: number): PointSpread {
  return spread(Math.ceil(radius), (x, y) => Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y))))
}

/** A line of so many pixels about the middle. @param angle in radians, from the right downwards */
export function motionSpread(length: number, angle: number): PointSpread {
  const half = (length - 1) / 2
  const radius = Math.ceil(half)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return spread(radius, (x, y) => {
    const along = Math.max(0, Math.abs(x * cos + y * sin) - half)
    const across = Math.abs(y * cos - x * sin)
    return Math.max(0, 1 - Math.hypot(along, across))
  })
}

function spread(radius: number, at: (x: number, y: number) => number): PointSpread {
  const side = 2 * radius + 1
  const weights = new Float32Array(side * side)
  let sum = 0
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) sum += weights[y * side + x] = at(x - radius, y - radius)
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! / sum
  return { side, weights }
}

/** The plane convolved with it; the border is repeated. */
export function blurred({ height, width, data }: Plane, { side, weights }: PointSpread): Float32Array {
  const radius = (side - 1) / 2
  const result = new Float32Array(data.length)
  const clamp = (i: number, size: number) => Math.min(size - 1, Math.max(0, i))
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) {
      const weight = weights[(dy + radius) * side + dx + radius]!
      if (weight === 0) continue
      for (let y = 0, to = 0; y < height; y++) {
        const row = clamp(y - dy, height) * width
        for (let x = 0; x < width; x++, to++)
          result[to] = result[to]! + weight * data[row + clamp(x - dx, width)]!
      }
    }
  return result
}
