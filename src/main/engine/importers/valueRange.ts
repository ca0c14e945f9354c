import type { ValueRange } from '../../../shared/importing'
import type { ModelSpec } from '../../../shared/modelSpec'
import { decoderKernel, encoderKernel } from '../models/autoencoder'
import type { Weight } from '../models/weights'
import { type ImportedModel, unfitting } from './importedModel'

/** Beyond this a bias of the output is no share of white. */
export const largestBias = 2

/** By the output: tanh reaches from -1 to 1, sigmoid from 0 to 1, and a linear one is where its biases are. */
export function guessRange({ spec, weights }: ImportedModel): ValueRange {
  if (spec.output.activation === 'tanh') return '-1..1'
  if (spec.output.activation === 'sigmoid' || spec.output.residual) return '0..1'
  const { data } = weights[lastBias(spec)]!
  const mean = data.reduce((sum, value) => sum + Math.abs(value), 0) / data.length
  return mean > largestBias ? '0..255' : '0..1'
}

/**
 * The same network for images in 0..1: what its range is not like is taken into the first and the last layer.
 * @param model with the kernels of its decoder, as a chain brings them, also where it is tied
 * @throws ExpectedError `unsupported` where that cannot be done exactly
 */
export function inUnitRange(model: ImportedModel, range: ValueRange): ImportedModel {
  if (range === '0..1') return model
  const { spec } = model
  const { activation } = spec.output
  const weights = { ...model.weights }
  const change = (name: string, by: (value: number, at: number) => number) => {
    const { shape, data } = weights[name]!
    weights[name] = { shape, data: data.map(by) }
  }
  const kernels = [encoderKernel(0), lastKernel(spec)] as const
  if (range === '0..255') {
    if (activation !== 'linear' && activation !== 'relu' && activation !== 'leaky-relu')
      throw unfitting(`An output with ${activation} cannot reach from 0 to 255.`)
    change(kernels[0], (value) => value * 255)
    change(kernels[1], (value) => value / 255)
    change(lastBias(spec), (value) => value / 255)
    return { ...model, spec: apart(spec), weights }
  }
  if (spec.encoder[0]!.type !== 'dense' || spec.output.residual)
    throw unfitting(
      'A convolution of images from -1 to 1 has grey around them, where Hourglass has black: it cannot be taken over exactly.',
    )
  takeOffsetIn(weights, kernels[0])
  if (activation === 'tanh') {
    // (tanh z + 1) / 2 = sigmoid 2z
    change(kernels[1], (value) => 2 * value)
    change(lastBias(spec), (value) => 2 * value)
    return { ...model, spec: { ...apart(spec), output: { ...spec.output, activation: 'sigmoid' } }, weights }
  }
  if (activation !== 'linear') throw unfitting(`An output with ${activation} cannot reach from -1 to 1.`)
  change(kernels[1], (value) => value / 2)
  change(lastBias(spec), (value) => (value + 1) / 2)
  return { ...model, spec: apart(spec), weights }
}

/** (2x - 1) K + b = x (2K) + (b - the sum of K's rows) */
function takeOffsetIn(weights: Record<string, Weight>, kernel: string): void {
  const { shape, data } = weights[kernel]!
  const columns = shape[1]!
  const bias = Float32Array.from(weights['encoder.0.bias']!.data)
  data.forEach((value, i) => (bias[i % columns] = bias[i % columns]! - value))
  weights[kernel] = { shape, data: data.map((value) => 2 * value) }
  weights['encoder.0.bias'] = { shape: [columns], data: bias }
}

/** Scaled at one end and not at the other, a decoder is no transpose any more. */
const apart = (spec: ModelSpec): ModelSpec =>
  spec.decoder === 'mirror' ? { ...spec, tying: 'untied' } : spec

const lastKernel = (spec: ModelSpec) => decoderKernel(spec.decoder === 'mirror' ? spec.encoder.length - 1 : 0)
const lastBias = (spec: ModelSpec) =>
  `decoder.${spec.decoder === 'mirror' ? spec.encoder.length - 1 : 0}.bias`
