import type { ImportHints } from '../../../shared/importing'
import {
  type Activation,
  type InputShape,
  type LayerShape,
  layerShapes,
  type LayerSpec,
  modelSpecSchema,
} from '../../../shared/modelSpec'
import { decoderKernel, encoderKernel } from '../models/autoencoder'
import { untransposedKernel, type Weight } from '../models/weights'
import type { Chain, Step } from './chain'
import { type ImportedModel, unfitting } from './importedModel'
import { isRestorer, restorerOfChain } from './restorerOf'
import { guessRange, inUnitRange } from './valueRange'
import { channelsLast } from './channelsLast'
import { assumedInput } from './network/assumedInput'

/** A step with the activation that follows it. */
type Layer = Exclude<Step, { kind: 'activation' | 'bend' | 'scale' }> & { readonly activation: Activation }

/**
 * The ModelSpec that a chain of layers fits: its second half mirrors the first. Tied where each decoder kernel is the
 * transpose of its encoder's, else untied.
 *
 * @throws ExpectedError `unsupported`, naming the layer that does not fit
 */
export function modelOfChain(chain: Chain, hints: ImportHints): ImportedModel {
  if (isRestorer(chain)) return inRange(restorerOfChain(chain), hints)
  if (chain.residual)
    throw unfitting(
      'What the network gives is added to its input, past layers that are not all convolutions.',
    )
  const layers = withActivations(chain.steps)
  const notes: string[] = []
  const input = inputOf(chain, layers, hints, notes)
  if (layers.length === 0 || layers.length % 2)
    throw unfitting(
      `The network has ${layers.length} layers, which cannot be an encoder and a decoder that mirrors it.`,
    )
  const half = layers.length / 2
  const encoder = layers.slice(0, half)
  const decoder = layers.slice(half)
  const draft = modelSpecSchema.safeParse({
    input,
    encoder: encoder.map(specOf),
    tying: 'untied',
    output: { activation: decoder.at(-1)!.activation },
  })
  if (!draft.success) throw unfitting(`${draft.error.issues[0]!.message}`)
  const shapes = layerShapes(draft.data)
  const weights: Record<string, Weight> = {}
  const ordered = (layer: Layer, i: number) =>
    chain.flatOrder === 'channels-first' ? channelsLast(layer, i, half, shapes) : layer
  encoder.forEach((layer, i) => checkPads(layer, shapes[i]!))
  decoder.forEach((layer, k) => checkPads(layer, shapes[half - 1 - k]!))
  encoder.forEach((layer, i) => putEncoder(weights, ordered(layer, i), i, shapes[i]!))
  decoder.forEach((layer, k) => {
    const i = half - 1 - k
    checkActivation(layer, encoder.slice(0, i))
    putDecoder(weights, ordered(layer, half + k), k, encoder[i]!, shapes[i]!)
  })
  const tying = untransposedKernel(draft.data, weights) === null ? 'tied' : 'untied'
  return inRange({ spec: { ...draft.data, tying }, weights, name: chain.name, about: {}, notes }, hints)
}

/** Taken for a range of values that is said, or guessed and then told. */
function inRange(model: ImportedModel, { range }: ImportHints): ImportedModel {
  const chosen = range ?? guessRange(model)
  const taken = { ...inUnitRange(model, chosen), ranges: { given: chosen, made: chosen } }
  if (range || chosen === '0..1') return taken
  return {
    ...taken,
    notes: [
      ...model.notes,
      `Its images are assumed to be in ${chosen}, by its output. Say so if they are in another range.`,
    ],
  }
}

function withActivations(steps: readonly Step[]): Layer[] {
  const layers: Layer[] = []
  for (const step of steps) {
    const last = layers.at(-1)
    if (step.kind === 'bend' || step.kind === 'scale')
      throw unfitting(`"${step.name}" is of a kind that layers of Hourglass do not have.`)
    if (step.kind !== 'activation') layers.push({ ...step, activation: 'linear' })
    else if (step.activation === 'linear') continue
    else if (!last || !('kernel' in last) || last.activation !== 'linear')
      throw unfitting(`"${step.name}" (${step.activation}) follows no layer that it could belong to.`)
    else layers[layers.length - 1] = { ...last, activation: step.activation }
  }
  return layers
}

function inputOf(
  { input }: Chain,
  layers: readonly Layer[],
  hints: ImportHints,
  notes: string[],
): InputShape {
  if (typeof input !== 'number') return input
  const found = assumedInput(input, hints, notes)
  if (layers[0]?.kind !== 'dense') throw unfitting('The first layer reads numbers without an image.')
  return found
}

function specOf(layer: Layer): LayerSpec {
  const { activation, name } = layer
  switch (layer.kind) {
    case 'dense':
      return { type: 'dense', units: layer.kernel.shape[1]!, activation }
    case 'pool':
      return { type: 'pool', pooling: layer.pooling, size: layer.size, upsampling: 'nearest' }
    case 'conv': {
      const [height, width, , filters] = layer.kernel.shape as [number, number, number, number]
      if (height !== width) throw unfitting(`The kernels of "${name}" are ${width} × ${height}, not square.`)
      return { type: 'conv', filters, kernel: height, stride: layer.stride, padding: 'zero', activation }
    }
    default:
      throw unfitting(`"${name}" enlarges images within the first half of the network, the encoder.`)
  }
}

/** @param image the larger one of what a convolution reads and gives */
function checkPads(layer: Layer, image: LayerShape): void {
  if (layer.kind !== 'conv' && layer.kind !== 'transposed') return
  const { stride, pads, name, kernel } = layer
  if (image.height % stride || image.width % stride)
    throw unfitting(`"${name}" has stride ${stride}, which does not divide ${image.width} × ${image.height}.`)
  if (pads === 'same') return
  const margins = [image.height, image.width].map((_, axis) => {
    const pixels = Math.max(0, kernel.shape[axis]! - stride)
    return [Math.floor(pixels / 2), Math.ceil(pixels / 2)] as const
  })
  const wanted = [margins[0]![0], margins[1]![0], margins[0]![1], margins[1]![1]]
  if (pads.join() !== wanted.join())
    throw unfitting(
      `"${name}" pads the image by ${pads.join(', ')} pixels (top, left, bottom, right) where Hourglass pads it by ${wanted.join(', ')}.`,
    )
}

/**
 * A decoder layer has the activation of the encoder layer before the one that it mirrors. Where a pool lies between, it makes
 * no difference whether the activation comes before or after pixels are repeated.
 */
function checkActivation({ name, kind, activation }: Layer, before: readonly Layer[]): void {
  const last = before.findLast((layer) => 'kernel' in layer)
  if (kind === 'enlarge' || !last) return
  const wanted = last.activation
  if (activation !== wanted)
    throw unfitting(`"${name}" has ${activation} where its mirror image in the encoder has ${wanted}.`)
}

function putEncoder(weights: Record<string, Weight>, layer: Layer, i: number, reads: LayerShape): void {
  if (!('kernel' in layer)) return
  const inputs = layer.kind === 'dense' ? reads.height * reads.width * reads.channels : reads.channels
  const given = layer.kernel.shape.at(-2)!
  if (given !== inputs)
    throw unfitting(`"${layer.name}" reads ${given} values where the layer before it gives ${inputs}.`)
  weights[encoderKernel(i)] = layer.kernel
  weights[`encoder.${i}.bias`] = layer.bias ?? zeros(layer.kernel.shape.at(-1)!)
}

function putDecoder(
  weights: Record<string, Weight>,
  layer: Layer,
  k: number,
  mirror: Layer,
  reads: LayerShape,
): void {
  if (mirror.kind === 'pool') {
    if (layer.kind !== 'enlarge' || layer.size !== mirror.size)
      throw unfitting(`"${layer.name}" does not enlarge again what "${mirror.name}" makes smaller.`)
    if (layer.upsampling !== 'nearest')
      throw unfitting(`"${layer.name}" enlarges in another way than by repeating pixels.`)
    return
  }
  if (!('kernel' in layer) || !('kernel' in mirror))
    throw unfitting(`"${layer.name}" does not mirror "${mirror.name}" of the encoder.`)
  const wanted = mirror.kind === 'dense' ? [...mirror.kernel.shape].reverse() : mirror.kernel.shape
  const kernel = mirror.kind === 'dense' ? layer.kernel : transposedKernel(layer)
  const fits =
    (mirror.kind === 'dense') === (layer.kind === 'dense') && kernel?.shape.join() === wanted.join()
  if (!fits)
    throw unfitting(
      `"${layer.name}" (${layer.kernel.shape.join(' × ')}) does not mirror "${mirror.name}" (${mirror.kernel.shape.join(' × ')}) of the encoder.`,
    )
  if (mirror.kind === 'conv' && 'stride' in layer && layer.stride !== mirror.stride)
    throw unfitting(`"${layer.name}" has another stride than "${mirror.name}" of the encoder.`)
  weights[decoderKernel(k)] = kernel!
  const size = layer.kind === 'dense' ? layer.kernel.shape[1]! : reads.channels
  weights[`decoder.${k}.bias`] = layer.bias ?? zeros(size)
}

/** Of a transposed convolution its own; a convolution with stride 1 is the transpose of one whose kernel is turned by half. */
function transposedKernel(layer: Extract<Layer, { kernel: Weight }>): Weight | null {
  if (layer.kind === 'transposed') return layer.kernel
  const [height, width, channels, filters] = layer.kernel.shape as [number, number, number, number]
  if (layer.kind !== 'conv' || layer.stride !== 1 || height % 2 === 0 || width % 2 === 0) return null
  const { data } = layer.kernel
  const turned = new Float32Array(data.length)
  const taps = height * width
  for (let tap = 0; tap < taps; tap++)
    for (let c = 0; c < channels; c++)
      for (let f = 0; f < filters; f++)
        turned[((taps - 1 - tap) * filters + f) * channels + c] = data[(tap * channels + c) * filters + f]!
  return { shape: [height, width, filters, channels], data: turned }
}

const zeros = (size: number): Weight => ({ shape: [size], data: new Float32Array(size) })
