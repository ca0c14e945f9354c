import { randomStream } from '../training/random'
import { invertInPlace } from './invertInPlace'
import type { SparseRows } from './ratings'

/** One side of the matrix: of each vector w = [factors, bias] its mean and the mean of w wᵀ. */
export interface FactorSide {
  /** count × (rank + 1) */
  readonly means: Float32Array
  /** count × (rank + 1)(rank + 2) / 2: the lower triangle, row by row. */
  readonly moments: Float32Array
  /** What the numbers of a vector vary by around 0, over the side; found from the data. */
  readonly variances: Float64Array
}

/** value ≈ row's factors · column's factors + row's bias + column's bias */
export interface BayesianFactors {
  readonly rank: number
  readonly rows: FactorSide
  readonly columns: FactorSide
  /** The variance of what they leave. */
  readonly noise: number
}

export interface BayesianOptions {
  readonly rank: number
  readonly sweeps: number
  readonly seed: number
  /** Every so many vectors. @throws to end the work */
  readonly step?: () => void
  /** On the clock of `performance.now()`: what there is then has to do, after a first sweep. */
  readonly until?: number
  /** Whether nothing is to be made where the time would not suffice for the first few sweeps. */
  readonly isOptional?: boolean
}

/** The variances stay as they are for so many sweeps: found from the first guesses they would put out factors that are needed. */
const settling = 10
const fewest = 3
const stepEvery = 500
/** The end is reached where the noise changes by less than this share in a sweep. */
const still = 1e-4

/**
 * Bayesian matrix factorisation by variational inference (Lim & Teh 2007, "Variational Bayesian approach to movie rating prediction"),
 * with biases as one more number of each vector. Each vector is known as well as its few noisy values allow, and that enters into
 * the vectors of the other side. The strength of the penalty, the noise, and which factors are needed follow from the data.
 *
 * @returns null where the time is too short and it is optional
 */
export function fitBayesianFactors(
  byRow: SparseRows,
  byColumn: SparseRows,
  { rank, sweeps, seed, step, until = Infinity, isOptional = false }: BayesianOptions,
): BayesianFactors | null {
  const random = randomStream(seed, 0x5642)
  const draw = () => 0.3 * random.normal()
  const rows = emptySide(byRow.rows, rank, () => 0)
  const columns = emptySide(byColumn.rows, rank, draw)
  let noise = meanSquare(byRow.values)
  const startedAt = performance.now()
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const limits = { rank, step, until: sweep === 0 ? Infinity : until }
    fitSide(byRow, rows, columns, { ...limits, noise })
    const now = performance.now()
    if (isOptional && sweep === 0 && now + 2 * fewest * (now - startedAt) > until) return null
    const before = noise
    noise = fitSide(byColumn, columns, rows, { ...limits, noise })
    if (sweep >= settling) for (const side of [rows, columns]) findVariances(side, rank)
    if (performance.now() > until) break
    if (sweep > 2 * settling && Math.abs(noise - before) < still * before) break
  }
  fitSide(byRow, rows, columns, { rank, noise, step, until })
  return { rank, rows, columns, noise }
}

const triangle = (size: number) => (size * (size + 1)) / 2

function meanSquare(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return sum / Math.max(1, values.length) || 1
}

function emptySide(count: number, rank: number, draw: () => number): FactorSide {
  const size = rank + 1
  const means = new Float32Array(count * size)
  const moments = new Float32Array(count * triangle(size))
  for (let i = 0; i < count; i++) {
    for (let f = 0; f < rank; f++) means[i * size + f] = draw()
    for (let f = 0, at = i * triangle(size); f < size; f++)
      for (let g = 0; g <= f; g++, at++)
        moments[at] = means[i * size + f]! * means[i * size + g]! + (f === g ? 0.01 : 0)
  }
  return { means, moments, variances: new Float64Array(size).fill(1) }
}

/** The mean of the squares of each number over the side. */
function findVariances({ moments, variances }: FactorSide, rank: number): void {
  const [size, width] = [rank + 1, triangle(rank + 1)]
  const count = moments.length / width
  variances.fill(0)
  for (let i = 0; i < count; i++)
    for (let f = 0; f < size; f++) variances[f]! += moments[i * width + triangle(f) + f]! / count
  for (let f = 0; f < size; f++) variances[f] = Math.max(variances[f]!, 1e-9)
}

/**
 * The vectors of one side, given the other. A value y of a column with factors v and bias c is y − c ≈ w · [v, 1], so
 * precision = diag(1 / variances) + Σ E[[v, 1][v, 1]ᵀ] / noise, and mean = precision⁻¹ Σ E[(y − c)[v, 1]] / noise.
 *
 * @returns the mean of the squares that are to be expected of what is left, which is the noise; where the time is over the vectors
 * that were not reached stay as they were, and so does the noise
 */
function fitSide(
  { rows, starts, columnOf, values }: SparseRows,
  fitted: FactorSide,
  others: FactorSide,
  {
    rank,
    noise,
    step,
    until,
  }: Pick<BayesianOptions, 'rank' | 'step'> & { readonly noise: number; readonly until: number },
): number {
  const [size, width] = [rank + 1, triangle(rank + 1)]
  const { means, moments } = others
  const [sums, right] = [new Float64Array(width), new Float64Array(size)]
  const covariance = new Float64Array(size * size)
  const inner = triangle(rank)
  let squares = 0
  for (let row = 0; row < rows; row++) {
    if (row % stepEvery === 0) {
      step?.()
      if (performance.now() > until) return noise
    }
    sums.fill(0)
    right.fill(0)
    let own = 0
    const [from, to] = [starts[row]!, starts[row + 1]!]
    for (let k = from; k < to; k++) {
      const [at, moment, y] = [columnOf[k]! * size, columnOf[k]! * width, values[k]!]
      for (let m = 0; m < inner; m++) sums[m]! += moments[moment + m]!
      for (let f = 0; f < rank; f++) {
        const mean = means[at + f]!
        sums[inner + f]! += mean
        right[f]! += y * mean - moments[moment + inner + f]!
      }
      const bias = means[at + rank]!
      right[rank]! += y - bias
      own += y * y - 2 * y * bias + moments[moment + width - 1]!
    }
    sums[width - 1] = to - from
    fill(covariance, sums, fitted.variances, noise)
    invertInPlace(covariance, size)
    squares += own + writeVector(fitted, row, covariance, sums, right, noise)
  }
  return Math.max(squares / Math.max(1, values.length), 1e-9)
}

/** The lower triangle of the precision. */
function fill(matrix: Float64Array, sums: Float64Array, variances: Float64Array, noise: number): void {
  const size = variances.length
  for (let f = 0, at = 0; f < size; f++)
    for (let g = 0; g <= f; g++, at++)
      matrix[f * size + g] = sums[at]! / noise + (f === g ? 1 / variances[f]! : 0)
}

/** Writes mean and moments of a vector. @returns E[wᵀ sums w] − 2 mean · right: with the squares of the values, its squares left */
function writeVector(
  { means, moments }: FactorSide,
  row: number,
  covariance: Float64Array,
  sums: Float64Array,
  right: Float64Array,
  noise: number,
): number {
  const size = right.length
  const first = row * size
  let left = 0
  for (let f = 0; f < size; f++) {
    let mean = 0
    for (let g = 0; g < size; g++) mean += covariance[f * size + g]! * right[g]!
    means[first + f] = mean / noise
    left -= 2 * (mean / noise) * right[f]!
  }
  for (let f = 0, at = 0, moment = row * triangle(size); f < size; f++)
    for (let g = 0; g <= f; g++, at++, moment++) {
      const value = means[first + f]! * means[first + g]! + covariance[f * size + g]!
      moments[moment] = value
      left += (f === g ? 1 : 2) * value * sums[at]!
    }
  return left
}
