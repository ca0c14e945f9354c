import { randomStream } from '../training/random'
import type { SparseRows } from './ratings'

/** Rows and columns as vectors whose products are the values: the linear autoencoder with the best code of each row. */
export interface LinearFactors {
  /** rows × rank, columns × rank */
  readonly rows: Float32Array
  readonly columns: Float32Array
}

export interface LeastSquaresOptions {
  readonly rank: number
  /** Weight of the squared norms of both. */
  readonly penalty: number
  readonly sweeps: number
  readonly seed: number
  /** Between two sweeps. @throws to end the work */
  readonly onSweep?: () => void
}

/**
 * Makes Σ (row · column − value)² + λ(Σ|row|² + Σ|column|²) small by turns (Zhou et al. 2008, alternating least squares). Where an
 * encoder guesses a code from the row at once, this finds the one that fits the known values best.
 */
export function alternateLeastSquares(
  byRow: SparseRows,
  byColumn: SparseRows,
  { rank, penalty, sweeps, seed, onSweep }: LeastSquaresOptions,
): LinearFactors {
  const random = randomStream(seed, 0x414c53)
  const draw = () => random.normal() / Math.sqrt(rank)
  const rows = new Float32Array(byRow.rows * rank)
  const columns = Float32Array.from({ length: byColumn.rows * rank }, draw)
  for (let sweep = 0; sweep < sweeps; sweep++) {
    fitSide(byRow, rows, columns, rank, penalty)
    fitSide(byColumn, columns, rows, rank, penalty)
    onSweep?.()
  }
  fitSide(byRow, rows, columns, rank, penalty)
  return { rows, columns }
}

/** Each vector of one side by ridge regression on those of the other: v = (XᵀX + λI)⁻¹Xᵀt. */
function fitSide(
  { rows, starts, columnOf, values }: SparseRows,
  fitted: Float32Array,
  others: Float32Array,
  rank: number,
  penalty: number,
): void {
  const products = new Float64Array(rank * rank)
  const right = new Float64Array(rank)
  for (let row = 0; row < rows; row++) {
    products.fill(0)
    right.fill(0)
    for (let k = starts[row]!; k < starts[row + 1]!; k++) {
      const at = columnOf[k]! * rank
      const value = values[k]!
      for (let f = 0; f < rank; f++) {
        const own = others[at + f]!
        right[f]! += own * value
        for (let g = 0; g <= f; g++) products[f * rank + g]! += own * others[at + g]!
      }
    }
    solveInPlace(products, right, rank, penalty)
    fitted.set(right, row * rank)
  }
}

/** Cholesky's decomposition of a small matrix, of which the lower triangle is given; the solution replaces `right`. */
function solveInPlace(matrix: Float64Array, right: Float64Array, size: number, penalty: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]! + (i === j ? penalty : 0)
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * size + j]!
    }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) right[i]! -= matrix[i * size + k]! * right[k]!
    right[i]! /= matrix[i * size + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) right[i]! -= matrix[k * size + i]! * right[k]!
    right[i]! /= matrix[i * size + i]!
  }
}
