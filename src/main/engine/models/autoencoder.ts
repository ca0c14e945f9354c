import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { activationFunctions } from '../graph/ops/activations'
import { linear } from '../graph/ops/linear'
import type { Tensor } from '../graph/tensor'
import type { Parameter } from './parameters'

/** Parameters of a model: those that training moves, and the decoder kernels that are set from outside. */
export interface ModelParameters {
  readonly trained: readonly Parameter[]
  readonly copies: readonly Parameter[]
}

export const encoderKernel = (layer: number) => `encoder.${layer}.kernel`
/** Decoder layers count from the code outwards. */
export const decoderKernel = (layer: number) => `decoder.${layer}.kernel`
const bias = (side: 'encoder' | 'decoder', layer: number) => `${side}.${layer}.bias`

/** Widths from the input to the code. */
export function widthsOf(spec: ModelSpec): number[] {
  return [inputSize(spec.input), ...spec.encoder.map((layer) => layer.units)]
}

/** The encoder layer that a decoder layer mirrors. */
export function mirrored(spec: ModelSpec, layer: number): number {
  return spec.encoder.length - 1 - layer
}

export function parametersOf(spec: ModelSpec): ModelParameters {
  const widths = widthsOf(spec)
  const decoderWidths = [...widths].reverse()
  const layers = spec.encoder.map((_, layer) => layer)
  const kernel = (name: string, shape: number[]): Parameter => ({ name, shape, kind: 'kernel' })
  const encoder = layers.flatMap((i) => [
    kernel(encoderKernel(i), [widths[i]!, widths[i + 1]!]),
    { name: bias('encoder', i), shape: [widths[i + 1]!], kind: 'bias' as const },
  ])
  const biases = layers.map((i) => ({
    name: bias('decoder', i),
    shape: [decoderWidths[i + 1]!],
    kind: 'bias' as const,
  }))
  const kernels = layers.map((i) => kernel(decoderKernel(i), [decoderWidths[i]!, decoderWidths[i + 1]!]))
  if (spec.tying === 'tied') return { trained: [...encoder, ...biases], copies: [] }
  if (spec.tying === 'untied') return { trained: [...encoder, ...kernels, ...biases], copies: [] }
  return { trained: [...encoder, ...biases], copies: kernels }
}

/**
 * @param x batch × inputs; inputs × batch where `dense` is `linearColumns`
 * @returns the code, batch × units of the last layer, or units × batch
 */
export function encode(
  spec: ModelSpec,
  x: Tensor,
  parameters: ReadonlyMap<string, Tensor>,
  dense = linear,
): Tensor {
  return spec.encoder.reduce((h, layer, i) => {
    const sum = dense(h, parameters.get(encoderKernel(i))!, parameters.get(bias('encoder', i))!)
    return activationFunctions[layer.activation](sum)
  }, x)
}

/**
 * A tied decoder reads the encoder's kernels, transposed within the product: one variable, two readers, and the
 * gradient is the sum over both. @returns batch × inputs (or inputs × batch), before the output's activation
 */
export function decodeToSums(
  spec: ModelSpec,
  code: Tensor,
  parameters: ReadonlyMap<string, Tensor>,
  dense = linear,
): Tensor {
  return spec.encoder.reduce((h, _, i) => {
    const source = mirrored(spec, i)
    const tied = spec.tying === 'tied'
    const kernel = parameters.get(tied ? encoderKernel(source) : decoderKernel(i))!
    const sum = dense(h, kernel, parameters.get(bias('decoder', i))!, tied)
    return source === 0 ? sum : activationFunctions[spec.encoder[source - 1]!.activation](sum)
  }, code)
}

export function activateOutput(spec: ModelSpec, sums: Tensor): Tensor {
  return activationFunctions[spec.output.activation](sums)
}
