import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { lazily } from '../lazily'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { Shape } from '../graph/tensor'
import { sizeOf } from '../graph/tensor'
import {
  decoderKernel,
  encoderKernel,
  type KernelLayer,
  kernelLayers,
  mirrored,
  parametersOf,
} from './autoencoder'

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
 * as the transposes that they are, each when it is first asked for. A transposed convolution takes the encoder's kernel as
 * it is.
 */
export function explicitWeights(
  spec: ModelSpec,
  values: Readonly<Record<string, Float32Array>>,
): Record<string, Weight> {
  const { trained, copies } = parametersOf(spec)
  const makers = Object.fromEntries(
    [...trained, ...copies].map(({ name, shape }) => [name, (): Weight => ({ shape, data: values[name]! })]),
  )
  if (spec.tying === 'tied' && spec.decoder === 'mirror')
    for (const layer of kernelLayers(spec))
      makers[decoderKernel(mirrored(spec, layer.layer))] = () => ({
        shape: layer.decoderShape,
        data: transposedKernel(layer, values[encoderKernel(layer.layer)]!),
      })
  return lazily(makers)
}

/**
 * The weights that a model begins with, out of a file that may be a tied model's: where none of the decoder's kernels is in
 * it and `spec` is not tied, the decoder begins at the transposes of the encoder's.
 */
export function withTransposes(
  spec: ModelSpec,
  weights: Readonly<Record<string, Weight>>,
): Readonly<Record<string, Weight>> {
  if (spec.tying === 'tied' || spec.decoder !== 'mirror' || spec.network) return weights
  const layers = kernelLayers(spec)
  const nameOf = ({ layer }: KernelLayer) => decoderKernel(mirrored(spec, layer))
  if (layers.some((layer) => nameOf(layer) in weights)) return weights
  const added = layers.flatMap((layer) => {
    const kernel = weights[encoderKernel(layer.layer)]
    if (kernel?.data.length !== sizeOf(layer.shape)) return []
    return [[nameOf(layer), { shape: layer.decoderShape, data: transposedKernel(layer, kernel.data) }]]
  })
  return { ...weights, ...Object.fromEntries(added) }
}

/** What a tied decoder layer reads of the encoder's kernel. */
function transposedKernel({ type, shape, decoderShape }: KernelLayer, kernel: Float32Array): Float32Array {
  const [rows, columns] = shape as [number, number]
  return type === 'dense' ? transposed(kernel, rows, columns) : withoutNoiseLevel(kernel, shape, decoderShape)
}

/**
 * The name of a decoder kernel among these weights that is not the transpose of its encoder's; null where all that are there
 * are. The encoder's have the shapes of the spec.
 */
export function untransposedKernel(
  spec: ModelSpec,
  weights: Readonly<Record<string, { readonly data: Float32Array }>>,
): string | null {
  for (const layer of kernelLayers(spec)) {
    const name = decoderKernel(mirrored(spec, layer.layer))
    const given = weights[name]?.data
    if (!given) continue
    if (!isTransposed(layer, weights[encoderKernel(layer.layer)]!.data, given)) return name
  }
  return null
}

/** Whether a tied decoder layer's kernel is what it reads of the encoder's. Large ones are not transposed for it. */
function isTransposed(layer: KernelLayer, kernel: Float32Array, given: Float32Array): boolean {
  if (layer.type !== 'dense') {
    const expected = transposedKernel(layer, kernel)
    return given.every((value, i) => value === expected[i])
  }
  const [rows, columns] = layer.shape as [number, number]
  if (given.length !== kernel.length) return false
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) if (given[j * rows + i] !== kernel[i * columns + j]) return false
  return true
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
 * The parameters of a model out of its weights. A spec that is tied reads the encoder's kernels, and checks the decoder's
 * where they are written out; any other spec needs the decoder's too (`withTransposes`).
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
    const name = untransposedKernel(spec, weights)
    if (name) throw new ExpectedError('bad-input', sentence('models.noTranspose', { file, name }))
  }
  return values
}

function checkedWeight(name: string, shape: Shape, weight: Weight | undefined, file: string): Float32Array {
  if (!weight) throw new ExpectedError('bad-input', sentence('models.weightMissing', { file, name }))
  if (weight.data.length !== sizeOf(shape) || weight.shape.join() !== shape.join())
    throw new ExpectedError(
      'bad-input',
      sentence('models.weightOfOtherShape', {
        file,
        name,
        shape: weight.shape.join(' × '),
        needed: shape.join(' × '),
      }),
    )
  if (!weight.data.every(Number.isFinite))
    throw new ExpectedError('bad-input', sentence('models.weightNoNumbers', { file, name }))
  return weight.data
}
