import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/**
 * The coordinates in which codes are rounded. A step of one along any axis changes decoded images by about the same, and the axes are
 * uncorrelated, most variance first, so that one step for all of them is near the best split of bits (reverse water-filling, Cover &
 * Thomas, section 10.3).
 *
 *     u = into·(z − mean)        z = mean + outOf·u
 */
export interface CodeAxes {
  /** Numbers of a code. */
  readonly dimensions: number
  readonly count: number
  readonly mean: Float32Array
  /** count × dimensions. The writer's alone. */
  readonly into: Float64Array
  /** dimensions × count. */
  readonly outOf: Float32Array
  /** Variance of the codes along each axis, largest first. */
  readonly variance: Float64Array
}

/** Directions that change images by less than this share of the largest are nothing to code. */
const negligible = 1e-7

/**
 * @param codes count × dimensions
 * @param metric dimensions × dimensions: the mean of JᵀJ, J the derivative of a decoded image by its code; its diagonal alone where
 * `rotated` is false
 */
export function fitAxes(
  codes: Float32Array,
  dimensions: number,
  metric: Float64Array,
  rotated: boolean,
): CodeAxes {
  const mean = columnMeans(codes, dimensions)
  if (!rotated) return scaledAxes(codes, dimensions, metric, mean)
  const { values, vectors } = sortedEigen(metric, dimensions)
  const kept = values.filter((value) => value > negligible * values[0]!).length
  if (kept === 0) return emptyAxes(dimensions, mean)
  // Whitened by the metric: y = S·Eᵀ·(z − mean), S the square roots of its eigenvalues.
  const whiten = new Matrix(kept, dimensions)
  const unwhiten = new Matrix(dimensions, kept)
  for (let k = 0; k < kept; k++)
    for (let d = 0; d < dimensions; d++) {
      whiten.set(k, d, Math.sqrt(values[k]!) * vectors.get(d, k))
      unwhiten.set(d, k, vectors.get(d, k) / Math.sqrt(values[k]!))
    }
  const covariance = covarianceOf(codes, dimensions, mean)
  const whitened = whiten.mmul(covariance).mmul(whiten.transpose())
  const main = sortedEigen(Float64Array.from(whitened.to1DArray()), kept)
  const axes = main.vectors.transpose()
  return {
    dimensions,
    count: kept,
    mean,
    into: Float64Array.from(axes.mmul(whiten).to1DArray()),
    outOf: Float32Array.from(unwhiten.mmul(main.vectors).to1DArray()),
    variance: main.values.map((value) => Math.max(0, value)),
  }
}

/** Each number of the code as it is, in units of what it changes in images. */
function scaledAxes(
  codes: Float32Array,
  dimensions: number,
  metric: Float64Array,
  mean: Float32Array,
): CodeAxes {
  const scale = Float64Array.from({ length: dimensions }, (_, d) => metric[d * dimensions + d]!)
  const spread = Float64Array.from({ length: dimensions }, (_, d) => {
    let sum = 0
    for (let i = d; i < codes.length; i += dimensions) sum += (codes[i]! - mean[d]!) ** 2
    return (scale[d]! * sum) / (codes.length / dimensions)
  })
  const largest = scale.reduce((a, b) => Math.max(a, b), 0)
  const kept = [...spread.keys()].filter((d) => spread[d]! > 0 && scale[d]! > negligible * largest)
  kept.sort((a, b) => a - b)
  const into = new Float64Array(kept.length * dimensions)
  const outOf = new Float32Array(dimensions * kept.length)
  kept.forEach((d, k) => {
    into[k * dimensions + d] = Math.sqrt(scale[d]!)
    outOf[d * kept.length + k] = 1 / Math.sqrt(scale[d]!)
  })
  const variance = Float64Array.from(kept, (d) => spread[d]!)
  return { dimensions, count: kept.length, mean, into, outOf, variance }
}

const emptyAxes = (dimensions: number, mean: Float32Array): CodeAxes => ({
  dimensions,
  count: 0,
  mean,
  into: new Float64Array(0),
  outOf: new Float32Array(0),
  variance: new Float64Array(0),
})

/** Codes along the axes. @returns count × axes */
export function intoAxes({ dimensions, count, mean, into }: CodeAxes, codes: Float32Array): Float64Array {
  const rows = codes.length / dimensions
  const out = new Float64Array(rows * count)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < count; k++) {
      let sum = 0
      for (let d = 0; d < dimensions; d++)
        sum += into[k * dimensions + d]! * (codes[row * dimensions + d]! - mean[d]!)
      out[row * count + k] = sum
    }
  return out
}

/** The codes that stand at places along the axes; the mean code where there are none. @param places rows × axes @returns rows × dimensions */
export function outOfAxes(
  { dimensions, count, mean, outOf }: Pick<CodeAxes, 'dimensions' | 'count' | 'mean' | 'outOf'>,
  places: Float64Array,
  rows = places.length / count,
): Float32Array {
  const codes = new Float32Array(rows * dimensions)
  for (let row = 0; row < rows; row++)
    for (let d = 0; d < dimensions; d++) {
      let sum = mean[d]!
      for (let k = 0; k < count; k++) sum += outOf[d * count + k]! * places[row * count + k]!
      codes[row * dimensions + d] = sum
    }
  return codes
}

/** Of a symmetric matrix, the largest eigenvalue first; vectors are columns. */
export function sortedEigen(
  symmetric: Float64Array,
  size: number,
): { values: Float64Array; vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(size, size, symmetric),
    { assumeSymmetric: true },
  )
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!)
  const vectors = new Matrix(size, size)
  order.forEach((from, to) => vectors.setColumn(to, eigenvectorMatrix.getColumn(from)))
  return { values: Float64Array.from(order, (i) => realEigenvalues[i]!), vectors }
}

export function columnMeans(data: Float32Array, columns: number): Float32Array {
  const sums = new Float64Array(columns)
  for (let i = 0; i < data.length; i++) sums[i % columns]! += data[i]!
  return Float32Array.from(sums, (sum) => (columns * sum) / Math.max(columns, data.length))
}

function covarianceOf(codes: Float32Array, dimensions: number, mean: Float32Array): Matrix {
  const rows = codes.length / dimensions
  const sums = new Matrix(dimensions, dimensions)
  const data = sums as unknown as { data: Float64Array[] }
  const row = new Float64Array(dimensions)
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < dimensions; d++) row[d] = codes[i * dimensions + d]! - mean[d]!
    for (let a = 0; a < dimensions; a++) {
      const line = data.data[a]!
      for (let b = 0; b < dimensions; b++) line[b]! += row[a]! * row[b]!
    }
  }
  return sums.div(Math.max(1, rows - 1))
}
