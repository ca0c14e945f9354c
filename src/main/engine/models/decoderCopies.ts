import { Matrix, pseudoInverse } from 'ml-matrix'
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

/** The Moore-Penrose inverse by SVD, columns × rows; in float64, since small singular values are divided by. */
function moorePenrose(values: Float32Array, rows: number, columns: number): Float32Array {
  const matrix = Matrix.from1DArray(rows, columns, values)
  return Float32Array.from(pseudoInverse(matrix, 1e-6).to1DArray())
}
