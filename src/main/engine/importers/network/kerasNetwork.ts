import type { ImportHints } from '../../../../shared/importing'
import type { InputShape } from '../../../../shared/modelSpec'
import { sizeOfValue } from '../../../../shared/network'
import { type ImportedModel, unsupported } from '../importedModel'
import {
  inputSides,
  type LayerConfig,
  layersOf,
  nameOf,
  type Network as LayerNetwork,
  networkOf,
  type Reference,
  references,
  type WeightsOf,
} from '../layerConfigs'
import { limits } from '../limits'
import { assumedInput } from './assumedInput'
import { kerasLayers } from './kerasLayers'
import { checkIsCode, isRowOfImage, withDecoder, withEncoder } from './halves'
import { isOperation, operation } from './kerasOperations'
import { refuse } from './kerasReading'
import { modelOfNetwork, severalImages } from './modelOfNetwork'
import { NetworkBuilder } from './networkBuilder'
import { sentence } from '../../../../shared/texts/sentence'

/**
 * A network of Keras or TensorFlow.js, layer by layer, whatever the way that values take through it.
 * @throws ExpectedError `unsupported`, naming the layer that is not read
 */
export function networkOfLayers(
  network: LayerNetwork,
  weightsOf: WeightsOf,
  hints: ImportHints,
): ImportedModel {
  const sides = firstInput(network)
  const about = { name: Array.isArray(network.config) ? null : (network.config.name ?? null), about: {} }
  if (!mayBeImage(sides, hints)) return ofDecoder(network, weightsOf, hints, about)
  const notes: string[] = []
  const { image, isRow } = fedImage(sides, hints, notes)
  const builder = new NetworkBuilder(image)
  const fed = isRow ? builder.add('row', { op: 'flatten', order: 'channels-last' }, ['image']) : 'image'
  const all = new LayerReader(builder, weightsOf, notes).read(network, [fed])
  const size = image.height * image.width * image.channels
  const images = all.filter((value) => sizeOfValue(builder.shape(value)) === size)
  const [given] = images
  if (!given) {
    const [first] = all
    if (isRow && sizeOfValue(builder.shape(first!)) > size) return ofDecoder(network, weightsOf, hints, about)
    checkIsCode(builder, first!)
    const ended = withDecoder(builder, first!, 'channels-last')
    return modelOfNetwork(builder, ended.image, { ...about, notes }, hints, {
      kind: 'encoder',
      code: ended.code,
    })
  }
  if (images.length > 1) notes.push(severalImages(images.length, given))
  const { height, width, channels } = image
  const output = builder.shape(given).isRow
    ? builder.add('output_image', { op: 'unflatten', order: 'channels-last', height, width, channels }, [
        given,
      ])
    : given
  return modelOfNetwork(builder, output, { ...about, notes }, hints)
}

/** A network that reads a code and gives an image. @throws ExpectedError `unsupported` */
function ofDecoder(
  network: LayerNetwork,
  weightsOf: WeightsOf,
  hints: ImportHints,
  about: Pick<ImportedModel, 'name' | 'about'>,
): ImportedModel {
  const sides = firstInput(network)
  if (sides.some((side) => side === null) || (sides.length !== 1 && sides.length !== 3)) throw noImage(sides)
  const [a, b, c] = sides as number[]
  const shape =
    sides.length === 1
      ? { height: 1, width: 1, channels: a!, isRow: true }
      : { height: a!, width: b!, channels: c!, isRow: false }
  const notes: string[] = []
  const read = (builder: NetworkBuilder, code: string) =>
    new LayerReader(builder, weightsOf, []).read(network, [code])[0]!
  const { builder, image, code } = withEncoder(shape, 'channels-last', read, hints, notes)
  return modelOfNetwork(builder, image, { ...about, notes }, hints, { kind: 'decoder', code })
}

/** Height, width and channels of what goes in, or how many numbers; null for sides that may be any. */
function firstInput(network: LayerNetwork): readonly (number | null)[] {
  const layers = layersOf(network)
  const inputs = layers.filter(({ class_name: type }) => type === 'InputLayer')
  if (inputs.length > 1) throw unsupported(sentence('importing.inputs', { count: inputs.length }))
  const first = inputs[0] ?? layers[0]
  const inner = first && networkOf(first)
  if (!first) throw unsupported('The network has no layers.')
  return inner ? firstInput(inner) : inputSides(first)
}

function fedImage(
  sides: readonly (number | null)[],
  hints: ImportHints,
  notes: string[],
): { image: InputShape; isRow: boolean } {
  if (sides.length === 1 && sides[0]) return { image: assumedInput(sides[0], hints, notes), isRow: true }
  const [height, width, channels = 1] = sides
  const known = channels === 1 || channels === 3
  if (!known || (sides.length !== 2 && sides.length !== 3)) throw noImage(sides)
  const any = hints.input ?? { height: 64, width: 64 }
  return { image: { height: height ?? any.height, width: width ?? any.width, channels }, isRow: false }
}

/** What layers are called that compute a loss of what they read. */
const addsLoss = /^(?:.*_)?KL|diverg|loss|regulari[sz]/i

const noImage = (sides: readonly (number | null)[]) =>
  unsupported(
    sentence('importing.inputShape', {
      shape: sides.map((side) => side ?? 'any').join(' × ') || sentence('importing.notGiven'),
    }),
  )

/** Whether what goes in may be an image, or its numbers as a row. */
function mayBeImage(sides: readonly (number | null)[], { input }: ImportHints): boolean {
  const [a, , channels = 1] = sides
  return sides.length === 1 ? isRowOfImage(a ?? 0, input) : channels === 1 || channels === 3
}

/** Follows the layers from their inputs on, in networks within the network too. */
class LayerReader {
  private depth = 0

  constructor(
    private readonly builder: NetworkBuilder,
    private readonly weightsOf: WeightsOf,
    private readonly notes: string[],
  ) {}

  /** @returns the values that it gives */
  read(network: LayerNetwork, inputs: readonly string[]): readonly string[] {
    if (++this.depth > 8) throw unsupported('It has networks within networks.')
    const layers = layersOf(network)
    const isChain = network.class_name === 'Sequential' || Array.isArray(network.config)
    const values = isChain ? this.along(layers, inputs) : this.back(network, layers, inputs)
    this.depth--
    return values
  }

  private along(layers: readonly LayerConfig[], inputs: readonly string[]): readonly string[] {
    return layers.reduce((values, layer) => this.layer(layer, values), inputs)
  }

  /** What leads to the outputs, each call of a layer once. */
  private back(
    network: LayerNetwork,
    layers: readonly LayerConfig[],
    inputs: readonly string[],
  ): readonly string[] {
    const byName = new Map(layers.map((layer) => [nameOf(layer), layer]))
    const inputLayers = layers.filter(({ class_name: type }) => type === 'InputLayer')
    const known = new Map<string, readonly string[]>(
      inputLayers.map((layer, i) => [`${nameOf(layer)} 0`, [inputs[i]!]]),
    )
    const outputs = Array.isArray(network.config) ? [] : references(network.config.output_layers)
    if (outputs.length === 0) throw unsupported('It names no layer as its output.')
    // Deep networks have longer ways than a program may call itself.
    const open = [...outputs].reverse()
    for (let steps = 0; open.length > 0; steps++) {
      const [name, call] = open.at(-1)!
      const layer = byName.get(name)
      if (!layer || steps > 4 * limits.nodes || open.length > limits.nodes)
        throw unsupported(`Its layers do not lead from an input to the output at "${name}".`)
      const key = `${name} ${call}`
      const read = references(layer.inbound_nodes[call] ?? layer.inbound_nodes.at(-1))
      const missing = known.has(key) ? [] : read.filter(([from, at]) => !known.has(`${from} ${at}`))
      if (missing.length > 0) {
        open.push(...missing)
        continue
      }
      open.pop()
      if (known.has(key)) continue
      const values = read.map((from) => oneOf(known, from))
      if (values.length === 0) throw unsupported(`"${name}" (${layer.class_name}) reads nothing.`)
      known.set(key, this.layer(layer, values))
    }
    return outputs.map((output) => oneOf(known, output))
  }

  /** Of a variational autoencoder: two values of the same shape, of which the first is the mean (Kingma & Welling 2014). */
  private isSampling(layer: LayerConfig, [mean, spread, ...more]: readonly string[]): boolean {
    if (mean === undefined || spread === undefined || more.length > 0) return false
    if (this.weightsOf(layer).length > 0) return false
    const [a, b] = [this.builder.shape(mean), this.builder.shape(spread)]
    const isNamed = /sampl|repar|gauss|latent|noise/i.test(
      `${layer.class_name} ${JSON.stringify(layer.config)}`,
    )
    const isCode = [mean, spread].some((value) => /mean|mu|var|sig/i.test(value))
    return JSON.stringify(a) === JSON.stringify(b) && (isNamed || (layer.class_name === 'Lambda' && isCode))
  }

  private layer(layer: LayerConfig, inputs: readonly string[]): readonly string[] {
    const inner = networkOf(layer)
    if (inner) return this.read(inner, inputs)
    const { class_name: type } = layer
    if (isOperation(layer))
      return [operation({ layer, inputs, builder: this.builder, weights: this.weightsOf(layer) })]
    const read = Object.hasOwn(kerasLayers, type) ? kerasLayers[type] : undefined
    if (!read && this.isSampling(layer, inputs)) {
      this.notes.push(
        `"${nameOf(layer)}" draws a code by its mean and its spread: the mean, "${inputs[0]!}", is taken.`,
      )
      return [inputs[0]!]
    }
    if (!read && this.weightsOf(layer).length === 0 && addsLoss.test(type.split('>').at(-1)!)) {
      this.notes.push(
        `"${nameOf(layer)}" (${type}) is taken for one that adds to the loss in training and passes on what it reads.`,
      )
      return inputs
    }
    if (!read) return refuse(layer, sentence('importing.layerOfOwn', { type }))
    return [read({ layer, inputs, builder: this.builder, weights: this.weightsOf(layer) })]
  }
}

/** @throws ExpectedError where a layer has no such output */
function oneOf(known: ReadonlyMap<string, readonly string[]>, [name, call, tensor]: Reference): string {
  const value = known.get(`${name} ${call}`)?.[tensor]
  if (!value) throw unsupported(`"${name}" has no output number ${tensor + 1}, which is read.`)
  return value
}
