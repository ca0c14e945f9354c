import { ExpectedError } from '../../../shared/errors'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { Shape } from '../graph/tensor'
import { sizeOf } from '../graph/tensor'
import { decoderKernel, encoderKernel, kernelLayers, mirrored, parametersOf } from './autoencoder'

/** A parameter with its shape, as files hold it. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Columns as rows: rows × columns → columns × rows. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!
  return result
}

/**
 * All kernels and biases, by name, for a reader who need not know of tying: a tied decoder's dense kernels are written out
 * as the transposes that they are. A transposed convolution takes the encoder's kernel as it is.
 */
export function explicitWeights(
  spec: ModelSpec,
  values: Readonly<Record<string, Float32Array>>,
): Record<string, Weight> {
  const { trained, copies } = parametersOf(spec)
  const weights = Object.fromEntries(
    [...trained, ...copies].map(({ name, shape }) => [name, { shape, data: values[name]! }]),
  )
  if (spec.tying !== 'tied' || spec.decoder !== 'mirror') return weights
  for (const { layer, type, shape, decoderShape } of kernelLayers(spec)) {
    const kernel = values[encoderKernel(layer)]!
    const [rows, columns] = shape as [number, number]
    const data =
      type === 'dense' ? transposed(kernel, rows, columns) : withoutNoiseLevel(kernel, shape, decoderShape)
    weights[decoderKernel(mirrored(spec, layer))] = { shape: decoderShape, data }
  }
  return weights
}

/** The first channels of a kernel, height × width × channels × filters: those of the image. */
export function withoutNoiseLevel(
  kernel: Float32Array,
  shape: readonly number[],
  decoderShape: readonly number[],
): Float32Array {
  const [, , channels, filters] = shape as [number, number, number, number]
  const kept = decoderShape[2]! * filters
  const taps = kernel.length / (channels * filters)
  const result = new Float32Array(taps * kept)
  for (let tap = 0; tap < taps; tap++) {
    const from = tap * channels * filters
    result.set(kernel.subarray(from, from + kept), tap * kept)
  }
  return result
}

/**
 * The parameters of a model out of explicit weights. A spec that is tied reads the encoder's kernels only; any other
 * reads the decoder's too, so a tied model's weights serve an untied one.
 *
 * @throws ExpectedError `bad-input` when one is missing, has another shape or is not finite, or a tied pair differs
 */
export function parametersFromWeights(
  spec: ModelSpec,
  weights: Readonly<Record<string, Weight>>,
  file: string,
): Record<string, Float32Array> {
  const { trained, copies } = parametersOf(spec)
  const values = Object.fromEntries(
    [...trained, ...copies].map(({ name, shape }) => [name, checkedWeight(name, shape, weights[name], file)]),
  )
  if (spec.tying === 'tied' && spec.decoder === 'mirror') {
    for (const [name, { data }] of Object.entries(explicitWeights(spec, values)))
      if (weights[name] && weights[name].data.some((value, i) => value !== data[i]))
        throw new ExpectedError(
          'bad-input',
          `${file} is not the model it says: ${name} is not the transpose of its encoder kernel.`,
        )
  }
  return values
}

function checkedWeight(name: string, shape: Shape, weight: Weight | undefined, file: string): Float32Array {
  if (!weight) throw new ExpectedError('bad-input', `${file} has no ${name}, which its model needs.`)
  if (weight.data.length !== sizeOf(shape) || weight.shape.join() !== shape.join())
    throw new ExpectedError(
      'bad-input',
      `${file}: ${name} has the shape ${weight.shape.join(' × ')}, not ${shape.join(' × ')}.`,
    )
  if (!weight.data.every(Number.isFinite))
    throw new ExpectedError(
      'bad-input',
      `${file}: ${name} holds values that are not numbers, so the model cannot be used.`,
    )
  return weight.data
}
