import { CholeskyDecomposition, Matrix, pseudoInverse } from 'ml-matrix'
import type { ModelSpec } from '../../../shared/modelSpec'
import { decoderKernel, encoderKernel, kernelLayers, mirrored } from './autoencoder'
import { transposed, withoutNoiseLevel } from './weights'

/** Decoder kernels that follow from the encoder's: their transposes, or their pseudo-inverses. */
export function decoderCopies(
  spec: ModelSpec,
  values: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  return Object.fromEntries(
    kernelLayers(spec).map(({ layer, type, shape, decoderShape }) => {
      const values_ = values[encoderKernel(layer)]!
      const name = decoderKernel(mirrored(spec, layer))
      if (type === 'conv') return [name, withoutNoiseLevel(values_, shape, decoderShape)]
      const [inputs, units] = shape as [number, number]
      const invert = spec.tying === 'pseudo-inverse' ? moorePenrose : transposed
      return [name, invert(values_, inputs, units)]
    }),
  )
}

/** The Moore-Penrose inverse, columns × rows; in float64, since small singular values are divided by. */
function moorePenrose(values: Float32Array, rows: number, columns: number): Float32Array {
  const matrix = Matrix.from1DArray(rows, columns, values)
  return Float32Array.from((ofFullRank(matrix) ?? pseudoInverse(matrix, 1e-6)).to1DArray())
}

/** Below this ratio of the smallest to the largest pivot too few digits are left, and the SVD takes its time. */
const leastPivot = 1e-3

/** (WᵀW)⁻¹Wᵀ, or Wᵀ(WWᵀ)⁻¹ where there are more columns: many times faster than the SVD. Null where columns are nearly alike. */
function ofFullRank(matrix: Matrix): Matrix | null {
  const transpose = matrix.transpose()
  const isTall = matrix.rows >= matrix.columns
  const cholesky = new CholeskyDecomposition(isTall ? transpose.mmul(matrix) : matrix.mmul(transpose))
  const pivots = cholesky.lowerTriangularMatrix.diagonal()
  const [least, most] = [Math.min(...pivots), Math.max(...pivots)]
  if (!cholesky.isPositiveDefinite() || !(least > leastPivot * most)) return null
  return isTall ? cholesky.solve(transpose) : cholesky.solve(matrix).transpose()
}
