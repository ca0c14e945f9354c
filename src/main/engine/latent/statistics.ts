import type { CodeStatistics } from '../../../shared/api/latent'

/** Of each dimension over all finite codes; `broken` counts those with a number that is not finite. */
export function codeStatistics(
  codes: Float32Array,
  dimensions: number,
): CodeStatistics & { readonly broken: number } {
  const sums = new Float64Array(dimensions)
  const squares = new Float64Array(dimensions)
  const min = new Float32Array(dimensions).fill(Infinity)
  const max = new Float32Array(dimensions).fill(-Infinity)
  const finite = finiteRows(codes, dimensions)
  const shift = finite.length > 0 ? codes.slice(finite[0]! * dimensions, (finite[0]! + 1) * dimensions) : null
  for (const row of finite) {
    for (let i = 0; i < dimensions; i++) {
      const value = codes[row * dimensions + i]!
      const shifted = value - shift![i]!
      sums[i]! += shifted
      squares[i]! += shifted * shifted
      if (value < min[i]!) min[i] = value
      if (value > max[i]!) max[i] = value
    }
  }
  const count = Math.max(1, finite.length)
  const known = finite.length > 0
  return {
    mean: Float32Array.from(sums, (sum, i) => (shift?.[i] ?? 0) + sum / count),
    deviation: Float32Array.from(squares, (square, i) =>
      Math.sqrt(Math.max(0, square / count - (sums[i]! / count) ** 2)),
    ),
    min: known ? min : min.fill(0),
    max: known ? max : max.fill(0),
    broken: codes.length / dimensions - finite.length,
  }
}

/** Rows of codes that are numbers throughout. */
export function finiteRows(codes: Float32Array, dimensions: number): Uint32Array {
  const count = codes.length / dimensions
  const rows = new Uint32Array(count)
  let kept = 0
  for (let row = 0; row < count; row++) {
    let sum = 0
    // A sum of finite numbers this small cannot overflow, and one that is not finite stays so.
    for (let i = 0; i < dimensions; i++) sum += codes[row * dimensions + i]!
    if (Number.isFinite(sum)) rows[kept++] = row
  }
  return rows.slice(0, kept)
}

/** Rows of a matrix as a matrix of their own; the matrix itself where they are all of it. */
export function rowsOf(codes: Float32Array, dimensions: number, rows: Uint32Array): Float32Array {
  if (rows.length * dimensions === codes.length) return codes
  const some = new Float32Array(rows.length * dimensions)
  rows.forEach((row, i) => some.set(codes.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions))
  return some
}
