import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { productOfColumns } from './columnProduct'

/** The eigenvalue problem is as large as the smaller side of the data; beyond this it takes minutes. */
const largestProblem = 2048

/** Principal components of a set of vectors. All arrays are row-major and float64. */
export type Pca = {
  dimensions: number
  components: number
  mean: Float64Array
  /** components × dimensions; rows are orthonormal, the largest variance first, their largest entry positive. */
  axes: Float64Array
  /** Variance along each axis, over count − 1. */
  variance: Float64Array
  /** The share of the whole variance along each axis. */
  varianceRatio: Float64Array
}

/**
 * Principal component analysis through the eigenvectors of the covariance XᵀX, or, with fewer vectors than dimensions, of the
 * Gram matrix XXᵀ, where X is centred (Turk & Pentland 1991, section 2).
 *
 * @param data count × dimensions
 * @param components at most this many; no more than the data spans
 * @throws ExpectedError for a single vector, or when both sides exceed 2048
 */
export function fitPca(data: Float32Array, dimensions: number, components: number): Pca {
  const count = data.length / dimensions
  if (count < 2) throw new ExpectedError('bad-input', sentence('latent.pcaNeedsTwo'))
  if (Math.min(count, dimensions) > largestProblem) {
    throw new ExpectedError(
      'unsupported',
      sentence('latent.pcaTooLarge', { count, dimensions, most: largestProblem }),
    )
  }
  const mean = columnMeans(data, count, dimensions)
  const centred = new Float64Array(data.length)
  let squares = 0
  for (let start = 0; start < data.length; start += dimensions) {
    for (let i = 0; i < dimensions; i++) {
      const value = data[start + i]! - mean[i]!
      centred[start + i] = value
      squares += value * value
    }
  }
  const wanted = Math.min(components, dimensions, count - 1)
  const { axes, values } =
    dimensions <= count
      ? axesFromCovariance(centred, dimensions, wanted)
      : axesFromGram(centred, count, dimensions, wanted)
  orient(axes, dimensions)
  const variance = values.map((value) => value / (count - 1))
  const varianceRatio = values.map((value) => value / squares)
  return { dimensions, components: values.length, mean, axes, variance, varianceRatio }
}

/** Coordinates along the axes. @param data count × dimensions @returns count × components */
export function projectPca({ dimensions, components, mean, axes }: Pca, data: Float32Array): Float32Array {
  const count = data.length / dimensions
  const out = new Float32Array(count * components)
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < components; k++) {
      let sum = 0
      for (let i = 0; i < dimensions; i++) {
        sum += (data[row * dimensions + i]! - mean[i]!) * axes[k * dimensions + i]!
      }
      out[row * components + k] = sum
    }
  }
  return out
}

/** The vectors at given coordinates. @param codes count × components @returns count × dimensions */
export function reconstructPca(
  { dimensions, components, mean, axes }: Pca,
  codes: Float32Array,
): Float32Array {
  const count = codes.length / components
  const out = new Float32Array(count * dimensions)
  const row = new Float64Array(dimensions)
  for (let n = 0; n < count; n++) {
    row.set(mean)
    for (let k = 0; k < components; k++) {
      const weight = codes[n * components + k]!
      for (let i = 0; i < dimensions; i++) row[i]! += weight * axes[k * dimensions + i]!
    }
    out.set(row, n * dimensions)
  }
  return out
}

function columnMeans(data: Float32Array, count: number, dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions)
  for (let start = 0; start < data.length; start += dimensions)
    for (let i = 0; i < dimensions; i++) mean[i]! += data[start + i]!
  return mean.map((sum) => sum / count)
}

/** Eigenvectors of XᵀX are the axes. */
function axesFromCovariance(x: Float64Array, dimensions: number, wanted: number) {
  const { vectors, values } = largestEigenvectors(productOfColumns(x, dimensions), dimensions, wanted)
  return { axes: vectors, values }
}

/** An eigenvector u of XXᵀ with eigenvalue λ gives the axis Xᵀu/√λ. */
function axesFromGram(x: Float64Array, count: number, dimensions: number, wanted: number) {
  const transposed = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) transposed[(i % dimensions) * count + Math.floor(i / dimensions)] = x[i]!
  const { vectors, values } = largestEigenvectors(productOfColumns(transposed, count), count, wanted)
  const axes = new Float64Array(values.length * dimensions)
  for (let k = 0; k < values.length; k++) {
    for (let row = 0; row < count; row++) {
      const weight = vectors[k * count + row]! / Math.sqrt(values[k]!)
      for (let i = 0; i < dimensions; i++) axes[k * dimensions + i]! += weight * x[row * dimensions + i]!
    }
  }
  return { axes, values }
}

/**
 * @returns eigenvectors of a symmetric matrix in rows, those of the largest values first: `wanted`, or as many as have
 *   a value that is more than rounding
 */
function largestEigenvectors(symmetric: Float64Array, size: number, wanted: number) {
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(size, size, symmetric), {
    assumeSymmetric: true,
  })
  const ascending = decomposition.realEigenvalues
  const negligible = Math.max(0, ascending[size - 1]!) * 1e-12
  const values = Float64Array.from(ascending.toReversed().slice(0, wanted)).filter(
    (value) => value > negligible,
  )
  const vectors = new Float64Array(values.length * size)
  for (let k = 0; k < values.length; k++) {
    vectors.set(decomposition.eigenvectorMatrix.getColumn(size - 1 - k), k * size)
  }
  return { vectors, values }
}

/** An eigenvector has no sign of its own: the largest entry becomes positive, so that runs and libraries agree. */
function orient(axes: Float64Array, dimensions: number): void {
  for (let start = 0; start < axes.length; start += dimensions) {
    const axis = axes.subarray(start, start + dimensions)
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    if (largest < 0) axis.forEach((value, i) => (axis[i] = -value))
  }
}
