import { leadingAxes } from '../projection/leadingAxes'
import { type Decode, meanMetric } from './analyse'
import { type CodeAxes, columnMeans, fitAxes, sortedEigen } from './codeAxes'
import type { Details } from './imageCoder'

/** Beyond this the eigenvalue problem takes minutes; numbers of the code are then coded as they are. */
const mostRotated = 400
/** Decodings that finding the metric may take. */
const metricDecodings = 12_000

/**
 * Axes for the codes of a decoder.
 *
 * @param codes of images that the model knows, count × dimensions
 */
export async function fitCodeAxes(
  decode: Decode,
  codes: Float32Array,
  dimensions: number,
  inputs: number,
): Promise<CodeAxes> {
  const count = codes.length / dimensions
  const looked = Math.max(2, Math.min(96, count, Math.floor(metricDecodings / dimensions)))
  const some = new Float32Array(looked * dimensions)
  for (let i = 0; i < looked; i++) {
    const row = Math.floor((i * count) / looked)
    some.set(codes.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions)
  }
  const isRotated = dimensions <= mostRotated
  const metric = await meanMetric(decode, some, inputs, reachesOf(codes, dimensions), isRotated)
  return fitAxes(codes, dimensions, metric, isRotated)
}

/** Half a standard deviation of each number. */
function reachesOf(codes: Float32Array, dimensions: number): Float32Array {
  const mean = columnMeans(codes, dimensions)
  const sums = new Float64Array(dimensions)
  for (let i = 0; i < codes.length; i++) sums[i % dimensions]! += (codes[i]! - mean[i % dimensions]!) ** 2
  return Float32Array.from(sums, (sum) => 0.5 * Math.sqrt((sum * dimensions) / codes.length) || 1e-3)
}

/** The axes with more variance than that alone: what hardly moves is not worth a number. */
export function withVariance(axes: CodeAxes, least: number): CodeAxes {
  const kept = [...axes.variance.keys()].filter((k) => axes.variance[k]! > least)
  if (kept.length === axes.count) return axes
  const { dimensions, mean } = axes
  const count = kept.length
  const into = new Float64Array(count * dimensions)
  const outOf = new Float32Array(dimensions * count)
  kept.forEach((from, k) => {
    for (let d = 0; d < dimensions; d++) {
      into[k * dimensions + d] = axes.into[from * dimensions + d]!
      outOf[d * count + k] = axes.outOf[d * axes.count + from]!
    }
  })
  return { dimensions, count, mean, into, outOf, variance: Float64Array.from(kept, (k) => axes.variance[k]!) }
}

/** Axes whose every number is a half-precision one, as a file holds them. */
export const roundedAxes = (axes: CodeAxes, round: (values: Float32Array) => Float32Array): CodeAxes => ({
  ...axes,
  outOf: round(axes.outOf),
})

/**
 * Principal components of what a decoder leaves over, most variance first.
 *
 * @param rest count × inputs; is centred in place
 * @param least variance of a direction that is kept
 */
export function fitDetails(rest: Float32Array, inputs: number, wanted: number, least: number): Details {
  const offset = columnMeans(rest, inputs)
  for (let i = 0; i < rest.length; i++) rest[i]! -= offset[i % inputs]!
  const spanning = wanted > 0 && rest.length / inputs > 1 ? leadingAxes(rest, inputs, wanted) : []
  const { values, vectors } = varianceWithin(spanning, rest, inputs)
  const kept = values.filter((value) => value > least).length
  const directions = new Float32Array(kept * inputs)
  for (let k = 0; k < kept; k++)
    spanning.forEach((axis, j) => {
      const weight = vectors.get(j, k)
      for (let i = 0; i < inputs; i++) directions[k * inputs + i]! += weight * axis[i]!
    })
  return { count: kept, directions, offset }
}

/** The variances within a span, largest first: Rayleigh–Ritz. */
function varianceWithin(spanning: readonly Float32Array[], rest: Float32Array, inputs: number) {
  const size = spanning.length
  const rows = rest.length / inputs
  const sums = new Float64Array(size * size)
  const row = new Float64Array(size)
  for (let at = 0; at < rest.length; at += inputs) {
    spanning.forEach((axis, k) => {
      let sum = 0
      for (let i = 0; i < inputs; i++) sum += axis[i]! * rest[at + i]!
      row[k] = sum
    })
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) sums[a * size + b]! += (row[a]! * row[b]!) / rows
  }
  return sortedEigen(sums, size)
}
