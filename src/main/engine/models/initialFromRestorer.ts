import { type ModelSpec, noiseLevels, outputChannels } from '../../../shared/modelSpec'
import { biasOf, decoderKernel, encoderKernel, parametersOf } from './autoencoder'
import type { Weight } from './weights'
import { widenToColor } from './widenToColor'

/** What a model that is told the noise is taken to have been told, on the 0-255 scale, by one that is not told any. */
const toldSigma = 8

/**
 * Weights for a network of convolutions that restores images, out of those of one that is told the strength of the noise, or
 * that knows grey alone, such as builtin:grey. The level becomes a constant, and goes into the first bias; a model of colours
 * begins as one that restores brightness.
 *
 * @returns null where the weights fit as they are, or come from a network of another kind
 */
export function initialFromRestorer(
  spec: ModelSpec,
  weights: Readonly<Record<string, Weight>>,
): Record<string, Weight> | null {
  if (spec.decoder !== 'convolution' || spec.network || noiseLevels(spec) > 0) return null
  const kernels = spec.encoder.map((_, i) => weights[encoderKernel(i)])
  const [first] = kernels
  if (!kernels.every((kernel) => kernel?.shape.length === 4) || !first || !weights[decoderKernel(0)])
    return null
  const channels = outputChannels({ ...spec, input: weightsInput(spec, weights) })
  const levels = first.shape[2]! - channels
  const isGrey = spec.input.channels === 3 && channels === spec.block ** 2
  if (levels < 0 || levels > 2 || (levels === 0 && !isGrey)) return null
  const fixed = levels > 0 ? withFixedLevels(weights, channels) : { ...weights }
  if (!isGrey) return fixed
  const filters = kernels.map((kernel) => kernel!.shape[3]!)
  const isNarrow = spec.encoder.every((layer, i) => layer.type === 'conv' && filters[i]! <= layer.filters)
  if (!isNarrow) return null
  const encoder = spec.encoder.map((layer, i) => ({ ...layer, filters: filters[i]! })) as ModelSpec['encoder']
  const grey: ModelSpec = { ...spec, input: { ...spec.input, channels: 1 }, encoder }
  const values = Object.fromEntries(Object.entries(fixed).map(([name, { data }]) => [name, data]))
  const widened = widenToColor(grey, values, spec)
  const { trained } = parametersOf(spec)
  return Object.fromEntries(trained.map(({ name, shape }) => [name, { shape, data: widened[name]! }]))
}

/** Images as the weights take them: what the last convolution gives says how many channels those have. */
function weightsInput(spec: ModelSpec, weights: Readonly<Record<string, Weight>>): ModelSpec['input'] {
  const given = weights[decoderKernel(0)]!.shape[3]! / spec.block ** 2
  return { ...spec.input, channels: given === 3 ? 3 : 1 }
}

/** A level that is the same everywhere adds the same to each filter, but at the border, where it is as if it were inside. */
function withFixedLevels(
  weights: Readonly<Record<string, Weight>>,
  channels: number,
): Record<string, Weight> {
  const { shape, data } = weights[encoderKernel(0)]!
  const [height, width, inputs, filters] = shape as [number, number, number, number]
  const kernel = new Float32Array(height * width * channels * filters)
  const bias = weights[biasOf('encoder', 0)]!.data.slice()
  for (let tap = 0; tap < height * width; tap++)
    for (let input = 0; input < inputs; input++)
      for (let filter = 0; filter < filters; filter++) {
        const value = data[(tap * inputs + input) * filters + filter]!
        if (input < channels) kernel[(tap * channels + input) * filters + filter] = value
        else bias[filter]! += (toldSigma / 255) * value
      }
  return {
    ...weights,
    [encoderKernel(0)]: { shape: [height, width, channels, filters], data: kernel },
    [biasOf('encoder', 0)]: { shape: [filters], data: bias },
  }
}
