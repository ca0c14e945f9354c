import type { Matrix } from 'ml-matrix'
import { sortedEigen } from '../compression/codeAxes'
import { fitPca, type Pca, projectPca } from '../projection/pca'

/** Longer vectors are seen through this many of their principal components. */
const mostDimensions = 128
/** Vectors that principal components are found from. */
const mostForPca = 400

export interface GaussianState {
  /** Null where vectors are short enough to be seen as they are. */
  readonly pca: Pca | null
  readonly dimensions: number
  readonly mean: Float64Array
  /** dimensions × dimensions; distances are those of the product with it. */
  readonly whitening: Float64Array
  /** 0 takes the covariance as it is, 1 none of it. */
  readonly shrinkage: number
  /** Of the vectors that it was fitted to. */
  readonly count: number
}

/**
 * Mahalanobis distance from the mean of vectors, with their covariance shrunk towards a multiple of the identity as Ledoit
 * and Wolf do (2004, "A well-conditioned estimator for large-dimensional covariance matrices").
 */
export class ShrunkGaussian {
  private constructor(
    /** By which it is made again. */
    readonly state: GaussianState,
  ) {}

  get shrinkage(): number {
    return this.state.shrinkage
  }

  /** @param data count × dimensions, two vectors at least */
  static fit(data: Float32Array, dimensions: number): ShrunkGaussian {
    if (dimensions <= mostDimensions) return ofVectors(data, dimensions, null)
    const pca = fitPca(someRows(data, dimensions, mostForPca), dimensions, mostDimensions)
    return ofVectors(projectPca(pca, data), pca.components, pca)
  }

  /**
   * @param vectors count × dimensions as they were fitted
   * @param own at least 0 for each vector that it was fitted to: its distance is that from all the others, since it has drawn
   *   mean and covariance towards itself
   */
  distances(vectors: Float32Array, own?: Int32Array): Float32Array {
    const { pca, dimensions, mean, whitening } = this.state
    const data = pca ? projectPca(pca, vectors) : vectors
    const out = new Float32Array(data.length / dimensions)
    const centred = new Float64Array(dimensions)
    for (let row = 0; row < out.length; row++) {
      for (let i = 0; i < dimensions; i++) centred[i] = data[row * dimensions + i]! - mean[i]!
      let squares = 0
      for (let k = 0; k < dimensions; k++) {
        let sum = 0
        for (let i = 0, at = k * dimensions; i < dimensions; i++, at++) sum += centred[i]! * whitening[at]!
        squares += sum * sum
      }
      out[row] = Math.sqrt((own?.[row] ?? -1) < 0 ? squares : this.leftOut(squares))
    }
    return out
  }

  /** The squared distance of one of the vectors from the others (Sherman & Morrison 1950), at the same shrinkage. */
  private leftOut(squares: number): number {
    const { count, shrinkage } = this.state
    const pull = ((1 - shrinkage) * count) / (count - 1) ** 2
    return (squares * (count / (count - 1)) ** 2) / Math.max(1 - pull * squares, 1e-3)
  }

  static restore(state: GaussianState): ShrunkGaussian {
    return new ShrunkGaussian(state)
  }
}

function ofVectors(data: Float32Array, dimensions: number, pca: Pca | null): ShrunkGaussian {
  const { mean, covariance } = moments(data, dimensions)
  const shrinkage = ledoitWolf(data, dimensions, mean, covariance)
  let trace = 0
  for (let i = 0; i < dimensions; i++) trace += covariance[i * dimensions + i]!
  const level = trace / dimensions
  for (let i = 0; i < covariance.length; i++) covariance[i]! *= 1 - shrinkage
  for (let i = 0; i < dimensions; i++) covariance[i * dimensions + i]! += shrinkage * level
  const least = Math.max(level * 1e-9, 1e-12)
  const whitening = whiteningOf(sortedEigen(covariance, dimensions), (value) => Math.max(value, least))
  return ShrunkGaussian.restore({
    pca,
    dimensions,
    mean,
    whitening,
    shrinkage,
    count: data.length / dimensions,
  })
}

/** Mean and population covariance. @param data count × dimensions */
export function moments(data: Float32Array, dimensions: number) {
  const count = data.length / dimensions
  const mean = new Float64Array(dimensions)
  for (let at = 0; at < data.length; at++) mean[at % dimensions]! += data[at]!
  for (let i = 0; i < dimensions; i++) mean[i]! /= count
  const covariance = new Float64Array(dimensions * dimensions)
  const centred = new Float64Array(dimensions)
  for (let at = 0; at < data.length; at += dimensions) {
    for (let i = 0; i < dimensions; i++) centred[i] = data[at + i]! - mean[i]!
    for (let i = 0; i < dimensions; i++) {
      const value = centred[i]!
      for (let j = i, to = i * dimensions + i; j < dimensions; j++, to++)
        covariance[to]! += value * centred[j]!
    }
  }
  for (let i = 0; i < dimensions; i++)
    for (let j = i; j < dimensions; j++) {
      const value = covariance[i * dimensions + j]! / count
      covariance[i * dimensions + j] = covariance[j * dimensions + i] = value
    }
  return { mean, covariance }
}

/** min(β, δ)/δ of the paper, as scikit-learn's LedoitWolf has it. */
function ledoitWolf(
  data: Float32Array,
  dimensions: number,
  mean: Float64Array,
  covariance: Float64Array,
): number {
  const count = data.length / dimensions
  let [trace, squares, fourth] = [0, 0, 0]
  for (let i = 0; i < dimensions; i++) trace += covariance[i * dimensions + i]!
  for (const value of covariance) squares += value * value
  for (let at = 0; at < data.length; at += dimensions) {
    let length = 0
    for (let i = 0; i < dimensions; i++) length += (data[at + i]! - mean[i]!) ** 2
    fourth += length * length
  }
  const level = trace / dimensions
  const delta = (squares - 2 * level * trace + dimensions * level * level) / dimensions
  const beta = (fourth / count - squares) / (dimensions * count)
  return delta <= 0 ? 1 : Math.min(Math.max(beta, 0), delta) / delta
}

/** Eigenvectors in rows, those of the largest values, each divided by the root of the variance that is taken for its value. */
export function whiteningOf(
  { values, vectors }: { readonly values: Float64Array; readonly vectors: Matrix },
  varianceOf: (value: number) => number,
  kept = values.length,
): Float64Array {
  const out = new Float64Array(kept * values.length)
  for (let k = 0; k < kept; k++) {
    const factor = 1 / Math.sqrt(varianceOf(values[k]!))
    for (let i = 0; i < values.length; i++) out[k * values.length + i] = vectors.get(i, k) * factor
  }
  return out
}

/** Some rows, evenly spread. */
export function someRows(data: Float32Array, dimensions: number, most: number): Float32Array {
  const count = data.length / dimensions
  if (count <= most) return data
  const out = new Float32Array(most * dimensions)
  for (let i = 0; i < most; i++) {
    const from = Math.floor((i * count) / most) * dimensions
    out.set(data.subarray(from, from + dimensions), i * dimensions)
  }
  return out
}
