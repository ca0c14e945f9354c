import { CholeskyDecomposition, Matrix } from 'ml-matrix'

/**
 * v that makes Σ(row · v − target)² + penalty·|v|² least. Solved in the smaller of both spaces:
 * v = (XᵀX + λI)⁻¹Xᵀt = Xᵀ(XXᵀ + λI)⁻¹t.
 */
export function ridge(
  rows: readonly Float32Array[],
  targets: readonly number[],
  penalty: number,
): Float64Array {
  const width = rows[0]?.length ?? 0
  const solution = new Float64Array(width)
  if (rows.length === 0) return solution
  if (rows.length < width) {
    const weights = solve(gram(rows, penalty), targets)
    rows.forEach((row, k) => row.forEach((value, f) => (solution[f]! += value * weights[k]!)))
    return solution
  }
  const products = new Float64Array(width * width)
  const right = new Float64Array(width)
  rows.forEach((row, k) => {
    for (let f = 0; f < width; f++) {
      right[f]! += row[f]! * targets[k]!
      for (let g = f; g < width; g++) products[f * width + g]! += row[f]! * row[g]!
    }
  })
  const matrix = Matrix.zeros(width, width)
  for (let f = 0; f < width; f++)
    for (let g = f; g < width; g++) {
      const value = products[f * width + g]! + (f === g ? penalty : 0)
      matrix.set(f, g, value)
      matrix.set(g, f, value)
    }
  return Float64Array.from(solve(matrix, [...right]))
}

function gram(rows: readonly Float32Array[], penalty: number): Matrix {
  const matrix = Matrix.zeros(rows.length, rows.length)
  rows.forEach((row, i) => {
    for (let j = i; j < rows.length; j++) {
      const other = rows[j]!
      let dot = i === j ? penalty : 0
      for (let f = 0; f < row.length; f++) dot += row[f]! * other[f]!
      matrix.set(i, j, dot)
      matrix.set(j, i, dot)
    }
  })
  return matrix
}

const solve = (matrix: Matrix, right: readonly number[]): number[] =>
  new CholeskyDecomposition(matrix).solve(Matrix.columnVector([...right])).to1DArray()
