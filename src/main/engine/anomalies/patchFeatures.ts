import type { InputShape } from '../../../shared/modelSpec'

/** Side of the patches. */
export const patchSide = 5
const half = (patchSide - 1) / 2

/** An image at a smaller size, every pixel of which is the mean of a square of `factor` × `factor`. */
export function shrink(image: Float32Array, shape: InputShape, factor: number): Float32Array {
  if (factor === 1) return image
  const small = shrunkShape(shape, factor)
  const { channels } = shape
  const out = new Float32Array(small.width * small.height * channels)
  for (let y = 0; y < small.height * factor; y++)
    for (let x = 0; x < small.width * factor; x++) {
      const to = (Math.floor(y / factor) * small.width + Math.floor(x / factor)) * channels
      for (let c = 0; c < channels; c++) out[to + c]! += image[(y * shape.width + x) * channels + c]!
    }
  for (let i = 0; i < out.length; i++) out[i]! /= factor * factor
  return out
}

export const shrunkShape = ({ width, height, channels }: InputShape, factor: number): InputShape => ({
  width: Math.max(1, Math.floor(width / factor)),
  height: Math.max(1, Math.floor(height / factor)),
  channels,
})

export const patchSize = ({ channels }: InputShape): number => patchSide ** 2 * channels

/** The patch around a pixel; beyond the border the image is mirrored. */
export function copyPatch(
  image: Float32Array,
  { width, height, channels }: InputShape,
  x: number,
  y: number,
  into: Float32Array,
  at: number,
): void {
  const inside = x >= half && y >= half && x < width - half && y < height - half
  for (let row = -half; row <= half; row++) {
    if (inside) {
      const from = ((y + row) * width + x - half) * channels
      for (let i = 0; i < patchSide * channels; i++) into[at++] = image[from + i]!
      continue
    }
    const line = mirrored(y + row, height) * width
    for (let column = -half; column <= half; column++) {
      const from = (line + mirrored(x + column, width)) * channels
      for (let c = 0; c < channels; c++) into[at++] = image[from + c]!
    }
  }
}

function mirrored(i: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const place = ((i % period) + period) % period
  return place < length ? place : period - place
}

/** A map at a smaller size, smooth between its places, at the size of the image. */
export function enlarge(
  map: Float32Array,
  small: InputShape,
  factor: number,
  { width, height }: InputShape,
): Float32Array {
  if (factor === 1) return map
  const out = new Float32Array(width * height)
  const columns = Array.from({ length: width }, (_, x) => between((x + 0.5) / factor - 0.5, small.width))
  const lefts = Int32Array.from(columns, ([left]) => left)
  const shares = Float64Array.from(columns, ([, across]) => across)
  for (let y = 0; y < height; y++) {
    const [top, down] = between((y + 0.5) / factor - 0.5, small.height)
    const low = Math.min(small.height - 1, top + 1)
    for (let x = 0; x < width; x++) {
      const [left, across] = [lefts[x]!, shares[x]!]
      const right = Math.min(small.width - 1, left + 1)
      const above = map[top * small.width + left]! * (1 - across) + map[top * small.width + right]! * across
      const below = map[low * small.width + left]! * (1 - across) + map[low * small.width + right]! * across
      out[y * width + x] = above * (1 - down) + below * down
    }
  }
  return out
}

/** Of a place between two others along a side: the first, and how far it is to the second. */
export function between(place: number, length: number): [number, number] {
  const inside = Math.min(length - 1, Math.max(0, place))
  const whole = Math.floor(inside)
  return [whole, inside - whole]
}
