/** Rounds of the subspace iteration: from the axes of the epoch before, which are nearly right, a few are enough. */
const coldRounds = 60
const warmRounds = 8

/**
 * Codes as points in the plane, epoch after epoch: their first two principal components, found by subspace iteration
 * that starts from the axes of the epoch before (Golub & Van Loan, Matrix Computations, 8.2.4). Principal axes have no
 * sign and swap when their variances do, so the points are then turned onto those of the epoch before, by the orthogonal
 * Procrustes rotation (Schönemann 1966), and keep their places as far as they can.
 */
export class LatentMap {
  private axes: Float64Array | null = null

  /** @param before points of the epoch before, 2 a code, or null */
  constructor(private before: Float32Array | null = null) {}

  /** @param codes count × dimensions @returns count × 2 */
  next(codes: Float32Array, dimensions: number): Float32Array {
    const count = codes.length / dimensions
    const centred = centre(codes, count, dimensions)
    const rounds = this.axes ? warmRounds : coldRounds
    let axes = this.axes ?? firstAxes(dimensions)
    for (let round = 0; round < rounds; round++) axes = iterate(axes, centred, count, dimensions)
    this.axes = axes
    const points = project(centred, axes, count, dimensions)
    if (this.before?.length === points.length) turnOnto(points, this.before)
    return (this.before = points)
  }
}

function centre(codes: Float32Array, count: number, dimensions: number): Float64Array {
  const centred = Float64Array.from(codes)
  for (let i = 0; i < dimensions; i++) {
    let mean = 0
    for (let at = i; at < centred.length; at += dimensions) mean += centred[at]! / count
    for (let at = i; at < centred.length; at += dimensions) centred[at]! -= mean
  }
  return centred
}

/** Two vectors, one after the other, that no axis of ordinary codes is orthogonal to. */
function firstAxes(dimensions: number): Float64Array {
  return orthonormal(
    Float64Array.from({ length: 2 * dimensions }, (_, i) => Math.sin(1 + 1.7 * i) + 0.01),
    dimensions,
  )
}

/** XᵀX times each axis, made orthonormal again. */
function iterate(axes: Float64Array, centred: Float64Array, count: number, dimensions: number): Float64Array {
  const points = coordinates(centred, axes, count, dimensions)
  const next = new Float64Array(2 * dimensions)
  for (let row = 0; row < count; row++) {
    const x = points[2 * row]!
    const y = points[2 * row + 1]!
    for (let i = 0; i < dimensions; i++) {
      const value = centred[row * dimensions + i]!
      next[i]! += x * value
      next[dimensions + i]! += y * value
    }
  }
  return orthonormal(next, dimensions)
}

function coordinates(
  centred: Float64Array,
  axes: Float64Array,
  count: number,
  dimensions: number,
): Float64Array {
  const points = new Float64Array(2 * count)
  for (let row = 0; row < count; row++) {
    let x = 0
    let y = 0
    for (let i = 0; i < dimensions; i++) {
      const value = centred[row * dimensions + i]!
      x += value * axes[i]!
      y += value * axes[dimensions + i]!
    }
    points[2 * row] = x
    points[2 * row + 1] = y
  }
  return points
}

const project = (...args: Parameters<typeof coordinates>) => Float32Array.from(coordinates(...args))

/** Gram-Schmidt; what vanishes stays zero, as with codes of a single dimension. */
function orthonormal(axes: Float64Array, dimensions: number): Float64Array {
  const first = axes.subarray(0, dimensions)
  const second = axes.subarray(dimensions)
  normalize(first)
  let dot = 0
  for (let i = 0; i < dimensions; i++) dot += first[i]! * second[i]!
  for (let i = 0; i < dimensions; i++) second[i]! -= dot * first[i]!
  normalize(second)
  return axes
}

function normalize(vector: Float64Array): void {
  let squares = 0
  for (const value of vector) squares += value * value
  const scale = squares > 1e-24 ? 1 / Math.sqrt(squares) : 0
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale
}

/**
 * Turns (and mirrors, if that is nearer) points about their mean of zero. In the plane the rotation that brings P
 * nearest to B is by the angle of (Σ p·b, Σ p×b), the reflection is the same with P mirrored first, and the one for which
 * that vector is longer is nearer.
 */
function turnOnto(points: Float32Array, before: Float32Array): void {
  let xx = 0
  let xy = 0
  let yx = 0
  let yy = 0
  for (let i = 0; i < points.length; i += 2) {
    xx += points[i]! * before[i]!
    xy += points[i]! * before[i + 1]!
    yx += points[i + 1]! * before[i]!
    yy += points[i + 1]! * before[i + 1]!
  }
  const rotated = Math.hypot(xx + yy, xy - yx)
  const mirrored = Math.hypot(xx - yy, xy + yx)
  if (rotated === 0 && mirrored === 0) return
  const mirror = mirrored > rotated ? -1 : 1
  const angle = mirror > 0 ? Math.atan2(xy - yx, xx + yy) : Math.atan2(xy + yx, xx - yy)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i]!
    const y = mirror * points[i + 1]!
    points[i] = x * cos - y * sin
    points[i + 1] = x * sin + y * cos
  }
}
