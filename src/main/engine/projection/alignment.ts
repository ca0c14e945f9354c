import { Matrix, SVD } from 'ml-matrix'

/**
 * The rotation or reflection Q that brings points nearest to where they were, `points` · Q: orthogonal Procrustes
 * (Schönemann 1966), both centred first. Points that are not finite in either are left out.
 *
 * @param points count × components @param before the same points, as many numbers
 * @returns components × components, row-major
 */
export function rotationOnto(points: Float32Array, before: Float32Array, components: number): Float64Array {
  const rows = Array.from({ length: points.length / components }, (_, i) => i).filter((i) =>
    [points, before].every((map) => Number.isFinite(map[i * components]!)),
  )
  const middles = [points, before].map((map) =>
    Array.from(
      { length: components },
      (_, c) => rows.reduce((sum, i) => sum + map[i * components + c]!, 0) / Math.max(1, rows.length),
    ),
  )
  const products = Matrix.zeros(components, components)
  for (const i of rows)
    for (let a = 0; a < components; a++)
      for (let b = 0; b < components; b++) {
        const from = points[i * components + a]! - middles[0]![a]!
        const to = before[i * components + b]! - middles[1]![b]!
        products.set(a, b, products.get(a, b) + from * to)
      }
  const { leftSingularVectors: u, rightSingularVectors: v } = new SVD(products)
  return Float64Array.from(u.mmul(v.transpose()).to1DArray())
}

/** values · rotation. @param values count × size @param rotation size × size */
export function rotated(values: Float32Array, rotation: Float64Array): Float32Array {
  const size = Math.sqrt(rotation.length)
  const out = new Float32Array(values.length)
  for (let at = 0; at < values.length; at += size)
    for (let b = 0; b < size; b++)
      for (let a = 0; a < size; a++) out[at + b]! += values[at + a]! * rotation[a * size + b]!
  return out
}

/** rotationᵀ · axes. @param axes size × dimensions */
export function rotatedAxes(axes: Float32Array, rotation: Float64Array): Float32Array {
  const size = Math.sqrt(rotation.length)
  const dimensions = axes.length / size
  const out = new Float32Array(axes.length)
  for (let b = 0; b < size; b++)
    for (let a = 0; a < size; a++)
      for (let i = 0; i < dimensions; i++)
        out[b * dimensions + i]! += rotation[a * size + b]! * axes[a * dimensions + i]!
  return out
}
