import { Matrix, pseudoInverse } from 'ml-matrix'
import type { ModelSpec } from '../../../shared/modelSpec'
import { decoderKernel, encoderKernel, mirrored, widthsOf } from './autoencoder'
import { transposed } from './weights'

/** Decoder kernels that follow from the encoder's: their transposes, or their pseudo-inverses. */
export function decoderCopies(
  spec: ModelSpec,
  values: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  const widths = widthsOf(spec)
  return Object.fromEntries(
    spec.encoder.map((_, layer) => {
      const source = mirrored(spec, layer)
      const invert = spec.tying === 'pseudo-inverse' ? moorePenrose : transposed
      return [
        decoderKernel(layer),
        invert(values[encoderKernel(source)]!, widths[source]!, widths[source + 1]!),
      ]
    }),
  )
}

/** The Moore-Penrose inverse by SVD, columns × rows; in float64, since small singular values are divided by. */
function moorePenrose(values: Float32Array, rows: number, columns: number): Float32Array {
  const matrix = Matrix.from1DArray(rows, columns, values)
  return Float32Array.from(pseudoInverse(matrix, 1e-6).to1DArray())
}
