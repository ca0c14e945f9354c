import { Matrix, QrDecomposition } from 'ml-matrix'
import type { Initializer, ModelSpec } from '../../../shared/modelSpec'
import { sizeOf } from '../graph/tensor'
import { type Random, randomStream, streams } from '../training/random'
import { decoderKernel, parametersOf } from './autoencoder'
import { decoderCopies } from './decoderCopies'
import type { Parameter } from './parameters'

const smallResidual = 0.1

/** Values of all parameters before training, from the spec's seed. Biases start at 0, copied decoders at their copies. */
export function initializeParameters(spec: ModelSpec): Record<string, Float32Array> {
  const { trained, copies } = parametersOf(spec)
  const values = Object.fromEntries(
    trained.map((parameter, i) => [
      parameter.name,
      initialize(parameter, spec.initializer, randomStream(spec.seed, streams.initialize, i)),
    ]),
  )
  for (const name of addedKernels(spec)) {
    const kernel = values[name]
    kernel?.forEach((value, i) => (kernel[i] = smallResidual * value))
  }
  return copies.length ? { ...values, ...decoderCopies(spec, values) } : values
}

/**
 * Kernels of what is added to something: it begins small, for from a large error training would only learn to switch
 * filters off, and sums of skips would grow from layer to layer.
 */
function addedKernels({ decoder, encoder, skips, output }: ModelSpec): string[] {
  if (skips) return encoder.map((_, i) => decoderKernel(i))
  return decoder === 'convolution' && output.residual ? [decoderKernel(0)] : []
}

/**
 * Glorot & Bengio 2010: variance 2/(in+out); He et al. 2015: 2/in; LeCun et al. 1998: 1/in; orthogonal: Saxe et al. 2014.
 */
function initialize({ shape, kind }: Parameter, initializer: Initializer, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  if (kind === 'bias') return values
  // A convolution's filter is one unit, which reads as many values as it covers and is read by as many places.
  const taps = shape.slice(0, -2).reduce((product, side) => product * side, 1)
  const inputs = shape.at(-2)! * taps
  const outputs = shape.at(-1)! * taps
  const fill = (draw: () => number) => values.map(draw)
  const uniform = (variance: number) => fill(() => (2 * random.uniform() - 1) * Math.sqrt(3 * variance))
  const normal = (variance: number) => fill(() => random.normal() * Math.sqrt(variance))
  switch (initializer) {
    case 'glorot-uniform':
      return uniform(2 / (inputs + outputs))
    case 'glorot-normal':
      return normal(2 / (inputs + outputs))
    case 'he-uniform':
      return uniform(2 / inputs)
    case 'he-normal':
    case 'pca':
      return normal(2 / inputs)
    case 'lecun-normal':
      return normal(1 / inputs)
    case 'orthogonal':
      return orthogonal(inputs, shape.at(-1)!, random)
  }
}

/** Orthonormal columns, or rows where there are fewer: Q of a normal matrix, with the signs of R's diagonal. */
function orthogonal(rows: number, columns: number, random: Random): Float32Array {
  const [tall, wide] = [Math.max(rows, columns), Math.min(rows, columns)]
  const normal = Matrix.zeros(tall, wide)
  for (let i = 0; i < tall; i++) for (let j = 0; j < wide; j++) normal.set(i, j, random.normal())
  const { orthogonalMatrix: q, upperTriangularMatrix: r } = new QrDecomposition(normal)
  const values = new Float32Array(rows * columns)
  for (let i = 0; i < tall; i++)
    for (let j = 0; j < wide; j++) {
      const value = q.get(i, j) * Math.sign(r.get(j, j))
      values[rows >= columns ? i * columns + j : j * columns + i] = value
    }
  return values
}
