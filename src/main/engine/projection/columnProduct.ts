/**
 * XᵀX, four rows at a time so that each sum is read and written a quarter as often.
 *
 * @param x rows × columns
 * @returns columns × columns
 */
export function productOfColumns(x: Float32Array | Float64Array, columns: number): Float64Array {
  const rows = x.length / columns
  const product = new Float64Array(columns * columns)
  const zeros = new Float64Array(columns)
  const rowAt = (row: number) => (row < rows ? x.subarray(row * columns, (row + 1) * columns) : zeros)
  for (let row = 0; row < rows; row += 4) {
    const [a, b, c, d] = [rowAt(row), rowAt(row + 1), rowAt(row + 2), rowAt(row + 3)]
    for (let i = 0; i < columns; i++) {
      const [p, q, r, s] = [a[i]!, b[i]!, c[i]!, d[i]!]
      if (p === 0 && q === 0 && r === 0 && s === 0) continue
      for (let j = i, at = i * columns + i; j < columns; j++, at++)
        product[at]! += p * a[j]! + q * b[j]! + r * c[j]! + s * d[j]!
    }
  }
  return mirrored(product, columns)
}

/** Fills in what is below the diagonal of a symmetric matrix, size × size. */
export function mirrored(product: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) product[i * size + j] = product[j * size + i]!
  return product
}
