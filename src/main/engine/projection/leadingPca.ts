import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { randomStream } from '../training/random'
import type { Pca } from './pca'

/** Vectors that are iterated beside those that are wanted: the more, the fewer rounds. */
const beside = 10
const mostRounds = 100
/** Of the sine of the angle between what two rounds found. */
const closeEnough = 1e-7

/**
 * The first few principal components of vectors of very many numbers, by subspace iteration with Rayleigh-Ritz projection
 * (Halko, Martinsson, Tropp 2011, sections 4.5 and 5.1), until two rounds agree. No matrix of dimensions × dimensions is
 * made: a round takes two passes over the data.
 *
 * @param data count × dimensions
 * @param onRound called with a guess of the share that is done; what it throws ends the work
 */
export function fitLeadingPca(
  data: Float32Array,
  dimensions: number,
  components: number,
  onRound: (done: number) => void = () => undefined,
): Pca {
  const count = data.length / dimensions
  const width = Math.min(components + beside, dimensions, count - 1)
  const { mean, total } = statistics(data, dimensions)
  const random = randomStream(1)
  let basis = orthonormal(
    Float64Array.from({ length: dimensions * width }, () => random.normal()),
    width,
  )
  let values = new Float64Array(width)
  let before: Float64Array | null = null
  for (let round = 1; round <= mostRounds; round++) {
    const image = covarianceTimes(data, mean, basis, width)
    const turned = rayleighRitz(basis, image, width)
    values = turned.values
    const leading = columns(turned.basis, width, components)
    const moved = before ? largestSine(before, leading, components) : 1
    if (moved < closeEnough) break
    before = leading
    // The image of the turned basis is the turned image: one multiplication does for both.
    basis = orthonormal(turned.image, width)
    onRound(Math.min(0.99, Math.max(round / mostRounds, Math.log(moved) / Math.log(closeEnough))))
  }
  return asPca(before!, values, { dimensions, components, count, mean, total })
}

function statistics(data: Float32Array, dimensions: number): { mean: Float64Array; total: number } {
  const mean = new Float64Array(dimensions)
  for (let at = 0; at < data.length; at += dimensions)
    for (let i = 0; i < dimensions; i++) mean[i]! += data[at + i]!
  for (let i = 0; i < dimensions; i++) mean[i]! /= data.length / dimensions
  let total = 0
  for (let at = 0; at < data.length; at += dimensions)
    for (let i = 0; i < dimensions; i++) total += (data[at + i]! - mean[i]!) ** 2
  return { mean, total }
}

/** XᵀX · basis for the centred data. @param basis dimensions × width */
function covarianceTimes(
  data: Float32Array,
  mean: Float64Array,
  basis: Float64Array,
  width: number,
): Float64Array {
  const dimensions = mean.length
  const out = new Float64Array(basis.length)
  const code = new Float64Array(width)
  const row = new Float64Array(dimensions)
  for (let start = 0; start < data.length; start += dimensions) {
    code.fill(0)
    for (let i = 0; i < dimensions; i++) {
      const value = (row[i] = data[start + i]! - mean[i]!)
      for (let k = 0, at = i * width; k < width; k++, at++) code[k]! += value * basis[at]!
    }
    for (let i = 0; i < dimensions; i++) {
      const value = row[i]!
      for (let k = 0, at = i * width; k < width; k++, at++) out[at]! += value * code[k]!
    }
  }
  return out
}

/** Turns the basis within its span so that the covariance there is diagonal, the largest value first. */
function rayleighRitz(basis: Float64Array, image: Float64Array, width: number) {
  const small = Matrix.zeros(width, width)
  for (let at = 0; at < basis.length; at += width)
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++) small.set(a, b, small.get(a, b) + basis[at + a]! * image[at + b]!)
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small, { assumeSymmetric: true })
  const order = [...realEigenvalues.keys()].reverse()
  const turn = (matrix: Float64Array) => {
    const out = new Float64Array(matrix.length)
    for (let at = 0; at < matrix.length; at += width)
      order.forEach((column, b) => {
        let sum = 0
        for (let a = 0; a < width; a++) sum += matrix[at + a]! * eigenvectorMatrix.get(a, column)
        out[at + b] = sum
      })
    return out
  }
  const values = Float64Array.from(order, (column) => realEigenvalues[column]!)
  return { values, basis: turn(basis), image: turn(image) }
}

/** Gram-Schmidt, twice, which is enough (Giraud et al. 2005). Columns that vanish stay zero. */
function orthonormal(basis: Float64Array, width: number): Float64Array {
  const rows = basis.length / width
  for (let column = 0; column < width; column++) {
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < column; other++) {
        let dot = 0
        for (let i = 0; i < rows; i++) dot += basis[i * width + other]! * basis[i * width + column]!
        for (let i = 0; i < rows; i++) basis[i * width + column]! -= dot * basis[i * width + other]!
      }
    let squares = 0
    for (let i = 0; i < rows; i++) squares += basis[i * width + column]! ** 2
    const scale = squares > 1e-300 ? 1 / Math.sqrt(squares) : 0
    for (let i = 0; i < rows; i++) basis[i * width + column]! *= scale
  }
  return basis
}

/** The first columns as rows: components × dimensions. */
function columns(basis: Float64Array, width: number, components: number): Float64Array {
  const dimensions = basis.length / width
  const out = new Float64Array(components * dimensions)
  for (let k = 0; k < components; k++)
    for (let i = 0; i < dimensions; i++) out[k * dimensions + i] = basis[i * width + k]!
  return out
}

/** How far the span of `after` lies outside that of `before`: at least the sine of the largest angle. */
function largestSine(before: Float64Array, after: Float64Array, components: number): number {
  const dimensions = before.length / components
  let missed = 0
  for (let k = 0; k < components; k++) {
    const axis = after.slice(k * dimensions, (k + 1) * dimensions)
    for (let other = 0; other < components; other++) {
      let dot = 0
      for (let i = 0; i < dimensions; i++) dot += before[other * dimensions + i]! * after[k * dimensions + i]!
      for (let i = 0; i < dimensions; i++) axis[i]! -= dot * before[other * dimensions + i]!
    }
    missed += axis.reduce((sum, value) => sum + value * value, 0)
  }
  return Math.sqrt(missed)
}

interface Found {
  readonly dimensions: number
  readonly components: number
  readonly count: number
  readonly mean: Float64Array
  readonly total: number
}

/** Axes without variance are left out, and the largest entry of each is positive, as of `fitPca`. */
function asPca(
  axes: Float64Array,
  values: Float64Array,
  { dimensions, components, count, mean, total }: Found,
): Pca {
  const found = values.slice(0, components).filter((value) => value > total * 1e-12).length
  const kept = axes.slice(0, found * dimensions)
  for (let at = 0; at < kept.length; at += dimensions) {
    const axis = kept.subarray(at, at + dimensions)
    const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    if (largest < 0) axis.forEach((value, i) => (axis[i] = -value))
  }
  const variance = values.slice(0, found).map((value) => value / (count - 1))
  const varianceRatio = values.slice(0, found).map((value) => value / total)
  return { dimensions, components: found, mean, axes: kept, variance, varianceRatio }
}
