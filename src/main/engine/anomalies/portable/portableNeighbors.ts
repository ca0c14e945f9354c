import type { GaussianState } from '../shrunkGaussian'
import { bankFactors } from '../nearestVectors'
import { neighbors, type NeighborState } from '../neighborScore'
import type { OnnxMath } from './onnxMath'

/** `NeighborScore` of vectors that are not among the normal ones. @param vectors batch × dimensions @returns [batch] */
export function neighborScore(
  math: OnnxMath,
  vectors: string,
  { vectors: bank, dimensions, local, floor }: NeighborState,
): string {
  const count = bank.length / dimensions
  const parts = math.lowest(lessOwnSquare(math, vectors, bank, dimensions), Math.min(neighbors, count))
  const squares = math.node('ReduceSum', [math.square(vectors), math.integers([1])], { keepdims: 1 })
  const distances = math.sqrt(math.max(math.add(parts.values, squares), 0))
  const known = math.constant([count], local)
  const around = math.mean(math.node('Gather', [known, parts.indices], { axis: 0 }), [1])
  return math.div(math.mean(distances, [1]), math.sqrt(math.max(around, floor)))
}

/** |q − b|² − |q|² of each vector and each of the bank. @param vectors … × dimensions @returns … × count */
export function lessOwnSquare(
  math: OnnxMath,
  vectors: string,
  known: Float32Array,
  dimensions: number,
): string {
  const { bank, lengths } = bankFactors(known, dimensions)
  const products = math.matmul(vectors, math.constant([dimensions, lengths.length], bank))
  return math.sub(math.constant([lengths.length], lengths), products)
}

/** `ShrunkGaussian`'s distances. @param vectors batch × dimensions @returns [batch] */
export function gaussianDistance(math: OnnxMath, vectors: string, state: GaussianState): string {
  const { pca, dimensions, mean, whitening } = state
  const seen = pca ? axesOf(math, vectors, pca.mean, pca.axes, pca.dimensions) : vectors
  const white = axesOf(math, seen, mean, whitening, dimensions)
  return math.sqrt(math.sum(math.square(white), [1]))
}

/** Coordinates of vectors along axes, from a mean. @param axes in rows */
function axesOf(
  math: OnnxMath,
  vectors: string,
  mean: Float64Array,
  axes: Float64Array,
  size: number,
): string {
  const count = axes.length / size
  const columns = new Float32Array(axes.length)
  for (let k = 0; k < count; k++) for (let i = 0; i < size; i++) columns[i * count + k] = axes[k * size + i]!
  const centred = math.sub(vectors, math.constant([size], Float32Array.from(mean)))
  return math.matmul(centred, math.constant([size, count], columns))
}
