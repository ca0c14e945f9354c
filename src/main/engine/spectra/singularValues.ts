/**
 * Singular values of a matrix, the largest first: square roots of the eigenvalues of the smaller of its two Gram matrices, in
 * float64. The Gram matrix is made tridiagonal by Householder reflections, and its eigenvalues follow by implicit QL steps
 * (Golub & Van Loan, sections 8.3 and 8.4); vectors, which would take most of the time, are not computed.
 *
 * @param values rows × columns, row-major
 */
export function singularValues(values: Float32Array, rows: number, columns: number): Float64Array {
  const { gram, size } = smallerGram(values, rows, columns)
  const { diagonal, beside } = tridiagonal(gram, size)
  qlEigenvalues(diagonal, beside)
  return diagonal.map((value) => Math.sqrt(Math.max(0, value))).sort((a, b) => b - a)
}

/** ‖Wᵀ − W⁺‖ in the Frobenius norm: with W = U·S·Vᵀ it is ‖S − S⁻¹‖, where a singular value of 0 counts as its own. */
export function transposeToPseudoInverse(singular: Float64Array): number {
  const least = leastKept * (singular[0] ?? 0)
  let sum = 0
  for (const value of singular) sum += (value > least ? value - 1 / value : value) ** 2
  return Math.sqrt(sum)
}

/** ‖WᵀW − I‖ in the Frobenius norm, of a matrix with so many columns. */
export function fromOrthonormal(singular: Float64Array, columns: number): number {
  let sum = Math.max(0, columns - singular.length)
  for (const value of singular) sum += (value ** 2 - 1) ** 2
  return Math.sqrt(sum)
}

/** Singular values below this share of the largest are rounding errors of zero. */
const leastKept = 1e-6

function smallerGram(values: Float32Array, rows: number, columns: number) {
  const ofColumns = columns <= rows
  const size = ofColumns ? columns : rows
  const gram = new Float64Array(size * size)
  if (ofColumns)
    for (let row = 0; row < rows; row++) {
      const from = row * columns
      for (let i = 0; i < size; i++) {
        const value = values[from + i]!
        if (value === 0) continue
        for (let j = 0; j <= i; j++) gram[i * size + j]! += value * values[from + j]!
      }
    }
  else
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k < columns; k++) sum += values[i * columns + k]! * values[j * columns + k]!
        gram[i * size + j] = sum
      }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) gram[j * size + i] = gram[i * size + j]!
  return { gram, size }
}

/** @param matrix symmetric, size × size; overwritten. @returns the diagonal, and what stands beside it, from index 1 */
function tridiagonal(matrix: Float64Array, size: number) {
  const diagonal = new Float64Array(size)
  const beside = new Float64Array(size)
  const product = new Float64Array(size)
  for (let i = size - 1; i > 0; i--) {
    const row = i * size
    let norm = 0
    for (let k = 0; k < i; k++) norm += matrix[row + k]! ** 2
    diagonal[i] = matrix[row + i]!
    const last = matrix[row + i - 1]!
    // Nothing is left to reflect where all but the last of them are 0.
    if (norm - last ** 2 <= 1e-300) {
      beside[i] = last
      continue
    }
    const length = last > 0 ? -Math.sqrt(norm) : Math.sqrt(norm)
    beside[i] = length
    // v, scaled so that 2/(vᵀv) = 1/half: the reflection that leaves the last of them alone.
    const half = norm - last * length
    matrix[row + i - 1] = last - length
    reflect(matrix, size, i, half, product)
  }
  diagonal[0] = matrix[0] ?? 0
  return { diagonal, beside }
}

/** A ← H·A·H for the leading i × i part, H = I − v·vᵀ/half, v in row i: A − v·qᵀ − q·vᵀ with q as Golub & Van Loan have it. */
function reflect(matrix: Float64Array, size: number, i: number, half: number, q: Float64Array): void {
  const v = matrix.subarray(i * size, i * size + i)
  let scale = 0
  for (let j = 0; j < i; j++) {
    const from = j * size
    let sum = 0
    for (let k = 0; k < i; k++) sum += matrix[from + k]! * v[k]!
    q[j] = sum / half
    scale += q[j]! * v[j]!
  }
  scale /= 2 * half
  for (let j = 0; j < i; j++) q[j]! -= scale * v[j]!
  for (let j = 0; j < i; j++) {
    const [from, vj, qj] = [j * size, v[j]!, q[j]!]
    for (let k = 0; k < i; k++) matrix[from + k]! -= vj * q[k]! + qj * v[k]!
  }
}

/** Eigenvalues of a symmetric tridiagonal matrix by QL with implicit shifts, into `diagonal`. `beside` is overwritten. */
function qlEigenvalues(diagonal: Float64Array, beside: Float64Array): void {
  const size = diagonal.length
  beside.copyWithin(0, 1)
  beside[size - 1] = 0
  for (let l = 0; l < size; l++)
    for (let round = 0; round < 60; round++) {
      let m = l
      for (; m < size - 1; m++) {
        const scale = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!)
        if (Math.abs(beside[m]!) <= Number.EPSILON * scale) break
      }
      if (m === l) break
      qlStep(diagonal, beside, l, m)
    }
}

function qlStep(d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  let r = Math.hypot(g, 1)
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!
    const b = c * e[i]!
    r = Math.hypot(f, g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1]! -= p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = d[i + 1]! - p
    r = (d[i]! - g) * s + 2 * c * b
    p = s * r
    d[i + 1] = g + p
    g = c * r - b
  }
  d[l]! -= p
  e[l] = g
  e[m] = 0
}
