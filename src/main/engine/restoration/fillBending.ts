import { fillSmoothly } from './fillHoles'

interface Size {
  readonly height: number
  readonly width: number
}

const mostSteps = 300
const precise = 1e-4

/**
 * Fills missing pixels such that they bend as little as can be (the biharmonic equation, Δ²u = 0; Damelin & Hoang 2018): edges
 * and slopes go on into the hole. It is the minimum of |Δu|², found by conjugate gradients from what `fillSmoothly` gives.
 *
 * @param plane height × width, where 1 is white; missing pixels may hold anything
 * @param mask 1 where a pixel is missing
 * @returns values within 0..1 where pixels were missing
 */
export function fillBending(plane: Float32Array, mask: Uint8Array, size: Size): Float32Array {
  const filled = fillSmoothly(plane, mask, size)
  if (!mask.includes(0) || !mask.includes(1)) return filled
  const laplacian = laplacianOf(mask, size)
  const { unknown } = laplacian
  // A field is 0 outside the mask, so that only the start carries what is known.
  const values = Float64Array.from(filled)
  const first = laplacian.twice(values)
  const rest = first.map((value) => -value)
  const direction = new Float64Array(values.length)
  unknown.forEach((at, k) => (direction[at] = rest[k]!))
  let length = dot(rest, rest)
  const enough = length * precise ** 2
  for (let step = 0; step < mostSteps && length > enough; step++) {
    const turned = laplacian.twice(direction)
    let along = 0
    unknown.forEach((at, k) => (along += direction[at]! * turned[k]!))
    if (along <= 0) break
    const far = length / along
    unknown.forEach((at, k) => {
      values[at]! += far * direction[at]!
      rest[k]! -= far * turned[k]!
    })
    const next = dot(rest, rest)
    unknown.forEach((at, k) => (direction[at] = rest[k]! + (next / length) * direction[at]!))
    length = next
  }
  for (const at of unknown) filled[at] = Math.min(1, Math.max(0, values[at]!))
  return filled
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

/** The Laplacian, in which pixels beyond the border count as those at it, at the missing pixels and beside them only. */
function laplacianOf(mask: Uint8Array, { height, width }: Size) {
  const beside = (at: number): number[] => {
    const [y, x] = [Math.floor(at / width), at % width]
    return [
      ...(y > 0 ? [at - width] : []),
      ...(y < height - 1 ? [at + width] : []),
      ...(x > 0 ? [at - 1] : []),
      ...(x < width - 1 ? [at + 1] : []),
    ]
  }
  const unknown: number[] = []
  const touched = new Set<number>()
  mask.forEach((value, at) => {
    if (value === 0) return
    unknown.push(at)
    for (const near of [at, ...beside(at)]) touched.add(near)
  })
  const rows = [...touched].map((at) => [at, ...beside(at)])
  const own = unknown.map((at) => [at, ...beside(at)])
  const bent = new Float64Array(mask.length)
  const apply = (row: readonly number[], field: Float64Array) => {
    let sum = 0
    for (let k = 1; k < row.length; k++) sum += field[row[k]!]! - field[row[0]!]!
    return sum
  }
  return {
    unknown,
    /** Δ(Δ field) at the unknown pixels. */
    twice(field: Float64Array): Float64Array {
      for (const row of rows) bent[row[0]!] = apply(row, field)
      return Float64Array.from(own, (row) => apply(row, bent))
    },
  }
}
