import { layerShapes, type ModelSpec } from '../../../shared/modelSpec'
import { biasOf, decoderKernel, encoderKernel } from './autoencoder'
import { initializeParameters } from './initialize'

type Values = Readonly<Record<string, Float32Array>>

/**
 * Initial values of a denoiser of colours that begins where a denoiser of grey has come to: it restores brightness
 * (R + G + B) / 3 as that does and leaves differences of colours as they are, until its other filters have learned.
 *
 * @param grey a denoise-conv with a noise level and block² + 1 channels in
 * @param color of as many layers with as many filters or more, and levels of brightness and colour
 */
export function widenToColor(
  grey: ModelSpec,
  values: Values,
  color: ModelSpec,
): Record<string, Float32Array> {
  const widened = initializeParameters(color)
  const layers = color.encoder.length
  if (grey.encoder.length !== layers || grey.block !== color.block)
    throw new Error('The two models differ in more than their filters.')
  const [narrow, wide] = [layerShapes(grey), layerShapes(color)]
  const blocks = color.block ** 2
  for (let layer = 0; layer < layers; layer++) {
    const kernel = widened[encoderKernel(layer)]!
    const own = values[encoderKernel(layer)]!
    const [inputs, outputs] = [wide[layer]!.channels, wide[layer + 1]!.channels]
    const [givenInputs, givenOutputs] = [narrow[layer]!.channels, narrow[layer + 1]!.channels]
    const from = layer === 0 ? readsBrightness(blocks, inputs) : readsSame(givenInputs, inputs)
    // The other filters read each other alone at first: what they hear of colours would drown in that of brightness.
    const louder = Math.sqrt(inputs / (inputs - givenInputs))
    for (let tap = 0; tap * inputs * outputs < kernel.length; tap++)
      for (let input = 0; input < inputs; input++)
        for (let filter = 0; filter < outputs; filter++) {
          const at = (tap * inputs + input) * outputs + filter
          const { channel, weight } = from[input]!
          if (filter >= givenOutputs) {
            if (layer > 0) kernel[at]! *= input < givenInputs ? 0 : louder
          } else
            kernel[at] =
              channel < 0 ? 0 : weight * own[(tap * givenInputs + channel) * givenOutputs + filter]!
        }
    widened[biasOf('encoder', layer)]!.set(values[biasOf('encoder', layer)]!)
  }
  restoreBrightness(widened, values, {
    inputs: wide[layers]!.channels,
    given: narrow[layers]!.channels,
    blocks,
  })
  return widened
}

interface Reading {
  /** Of the grey model; -1 for none. */
  readonly channel: number
  readonly weight: number
}

/** A third of each colour; the level of brightness is the grey model's level, and that of colour is not read. */
function readsBrightness(blocks: number, inputs: number): Reading[] {
  return Array.from({ length: inputs }, (_, input) => {
    if (input < 3 * blocks) return { channel: Math.floor(input / 3), weight: 1 / 3 }
    return input === 3 * blocks ? { channel: blocks, weight: 1 } : { channel: -1, weight: 0 }
  })
}

const readsSame = (given: number, inputs: number): Reading[] =>
  Array.from({ length: inputs }, (_, input) => ({ channel: input < given ? input : -1, weight: 1 }))

/** What is added to brightness is added to each colour; what the other filters add begins at nothing. */
function restoreBrightness(
  widened: Record<string, Float32Array>,
  values: Values,
  { inputs, given, blocks }: { readonly inputs: number; readonly given: number; readonly blocks: number },
): void {
  const kernel = widened[decoderKernel(0)]!
  const own = values[decoderKernel(0)]!
  const outputs = 3 * blocks
  kernel.fill(0)
  for (let tap = 0; tap < 9; tap++)
    for (let input = 0; input < given; input++)
      for (let output = 0; output < outputs; output++)
        kernel[(tap * inputs + input) * outputs + output] =
          own[(tap * given + input) * blocks + Math.floor(output / 3)]!
  const bias = widened[biasOf('decoder', 0)]!
  bias.forEach((_, output) => (bias[output] = values[biasOf('decoder', 0)]![Math.floor(output / 3)]!))
}
