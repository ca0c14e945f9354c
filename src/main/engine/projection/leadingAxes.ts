import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { randomStream } from '../training/random'
import { mirrored, productOfColumns } from './columnProduct'

/** Up to this size all eigenvectors are found at once, which is exact and quick. */
const smallProblem = 300
/** Rounds of subspace iteration: what is left out then is a thousandth of the variance that could be kept. */
const rounds = 6

/**
 * Orthonormal axes that span the leading principal components of centred vectors. Axes of large problems span the same
 * space as the components and are not sorted: what they keep of a vector is the same.
 *
 * @param x count × dimensions, centred
 * @returns axes × dimensions: `wanted` of them, or as many as the vectors span
 */
export function leadingAxes(x: Float32Array, dimensions: number, wanted: number): Float32Array[] {
  const count = x.length / dimensions
  const most = Math.min(wanted, dimensions, count)
  if (dimensions <= count) return eigenvectors(productOfColumns(x, dimensions), dimensions, most)
  // An eigenvector u of XXᵀ gives the axis Xᵀu (Turk & Pentland 1991, section 2).
  const axes = eigenvectors(productOfRows(x, dimensions), count, most).map((u) => {
    const axis = new Float32Array(dimensions)
    u.forEach((weight, row) => addScaled(axis, x.subarray(row * dimensions, (row + 1) * dimensions), weight))
    return axis
  })
  return orthonormal(axes)
}

/** Of a symmetric matrix, size × size; those of vanishing eigenvalues are left out. */
export function eigenvectors(symmetric: Float64Array, size: number, wanted: number): Float32Array[] {
  if (size <= smallProblem) {
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
      Matrix.from1DArray(size, size, symmetric),
      { assumeSymmetric: true },
    )
    const negligible = Math.max(0, realEigenvalues[size - 1]!) * 1e-9
    const order = [...realEigenvalues.keys()].reverse().slice(0, wanted)
    return order
      .filter((column) => realEigenvalues[column]! > negligible)
      .map((column) => Float32Array.from(eigenvectorMatrix.getColumn(column)))
  }
  const random = randomStream(1)
  let basis: Float32Array[] = Array.from({ length: wanted }, () =>
    new Float32Array(size).map(() => random.normal()),
  )
  for (let round = 0; round < rounds; round++)
    basis = orthonormal(basis.map((vector) => times(symmetric, size, vector)))
  return basis
}

function times(symmetric: Float64Array, size: number, vector: Float32Array): Float32Array {
  const out = new Float32Array(size)
  for (let row = 0; row < size; row++) {
    let sum = 0
    for (let at = row * size, i = 0; i < size; i++, at++) sum += symmetric[at]! * vector[i]!
    out[row] = sum
  }
  return out
}

/** Modified Gram-Schmidt. Vectors that depend on those before them are left out. */
export function orthonormal(vectors: readonly Float32Array[]): Float32Array[] {
  const found: Float32Array[] = []
  for (const vector of vectors) {
    const before = norm(vector)
    if (before === 0) continue
    scale(vector, 1 / before)
    for (const other of found) addScaled(vector, other, -dot(vector, other))
    const left = norm(vector)
    if (left < 1e-5) continue
    scale(vector, 1 / left)
    found.push(vector)
  }
  return found
}

/** XXᵀ */
function productOfRows(x: Float32Array, columns: number): Float64Array {
  const rows = x.length / columns
  const product = new Float64Array(rows * rows)
  for (let i = 0; i < rows; i++)
    for (let j = i; j < rows; j++)
      product[i * rows + j] = dot(
        x.subarray(i * columns, (i + 1) * columns),
        x.subarray(j * columns, (j + 1) * columns),
      )
  return mirrored(product, rows)
}

/** Of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [p, q, r, s] = [0, 0, 0, 0]
  const whole = a.length - (a.length % 4)
  for (let i = 0; i < whole; i += 4) {
    p += a[i]! * b[i]!
    q += a[i + 1]! * b[i + 1]!
    r += a[i + 2]! * b[i + 2]!
    s += a[i + 3]! * b[i + 3]!
  }
  for (let i = whole; i < a.length; i++) p += a[i]! * b[i]!
  return p + q + r + s
}

function addScaled(to: Float32Array, from: Float32Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!
}

const norm = (vector: Float32Array) => Math.sqrt(dot(vector, vector))
const scale = (vector: Float32Array, factor: number) => {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor
}
