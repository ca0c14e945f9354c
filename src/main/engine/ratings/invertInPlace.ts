/**
 * The inverse of a small symmetric positive definite matrix, of which the lower triangle is given; all of it is written. By
 * Cholesky's decomposition: A = LLᵀ, A⁻¹ = L⁻ᵀL⁻¹.
 */
export function invertInPlace(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * size + j]!
    }
  // L⁻¹, column by column, in the place of L.
  for (let j = 0; j < size; j++) {
    matrix[j * size + j] = 1 / matrix[j * size + j]!
    for (let i = j + 1; i < size; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= matrix[i * size + k]! * matrix[k * size + j]!
      matrix[i * size + j] = sum / matrix[i * size + i]!
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < size; k++) sum += matrix[k * size + i]! * matrix[k * size + j]!
      matrix[j * size + i] = sum
    }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[i * size + j] = matrix[j * size + i]!
}
