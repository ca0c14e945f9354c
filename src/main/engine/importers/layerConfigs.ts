import { z } from 'zod'
import { type Activation, activations } from '../../../shared/modelSpec'
import { transposed, type Weight } from '../models/weights'
import type { Chain, Step } from './chain'
import { unfitting } from './importedModel'
import { sentence } from '../../../shared/texts/sentence'

/** A layer as Keras and TensorFlow.js write it in JSON. */
const layerSchema = z.object({
  module: z.string().nullish(),
  class_name: z.string(),
  name: z.string().optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).default([]),
  build_config: z.object({ input_shape: z.unknown() }).partial().nullish(),
})
export type LayerConfig = z.infer<typeof layerSchema>

export const networkSchema = z.object({
  class_name: z.string(),
  config: z.union([
    z.array(layerSchema),
    z.object({
      name: z.string().optional(),
      layers: z.array(layerSchema).max(2000),
      output_layers: z.unknown().optional(),
    }),
  ]),
})
export type Network = z.infer<typeof networkSchema>

/** A layer at one of its calls. */
interface Call {
  readonly layer: LayerConfig
  readonly call: number
}

/** Weights of a layer, in the order in which Keras makes them. */
export type WeightsOf = (layer: LayerConfig) => readonly Weight[]

export const layersOf = ({ config }: Network): readonly LayerConfig[] =>
  Array.isArray(config) ? config : config.layers

export const nameOf = ({ name, config }: LayerConfig): string => name ?? String(config.name ?? '')

/** @throws ExpectedError `unsupported`, naming the layer that is none of a chain */
export function chainOf(network: Network, weightsOf: WeightsOf): Chain {
  const layers = layersOf(network)
  const calls = network.class_name === 'Sequential' ? inOrder(layers) : backwards(network, layers)
  const flat = calls.flatMap((call) => innerCalls(call))
  const steps = flat.flatMap((call) => stepsOf(call, weightsOf))
  const name = Array.isArray(network.config) ? null : (network.config.name ?? null)
  return { name, input: inputOf(flat), flatOrder: 'channels-last', steps, residual: null }
}

/** The network that a layer is, where one is used as a layer of another. */
export function networkOf(layer: LayerConfig): Network | null {
  const { class_name: type, config } = layer
  if (!isNetwork(type)) return null
  const known = networks.get(layer)
  if (known) return known
  const parsed = networkSchema.safeParse({ class_name: type, config })
  if (parsed.success) networks.set(layer, parsed.data)
  return parsed.data ?? null
}

/** Read once, since weights are kept by the layers that they belong to. */
const networks = new WeakMap<LayerConfig, Network>()

const isNetwork = (type: string) => type === 'Functional' || type === 'Model' || type === 'Sequential'

function innerCalls(call: Call, depth = 0): Call[] {
  const inner = networkOf(call.layer)
  if (!inner) return [call]
  if (depth > 8) throw unfitting(`"${nameOf(call.layer)}" has networks within networks.`)
  const calls =
    inner.class_name === 'Sequential' ? inOrder(layersOf(inner)) : backwards(inner, layersOf(inner))
  return calls.flatMap((part) => innerCalls(part, depth + 1))
}

const inOrder = (layers: readonly LayerConfig[]): Call[] => layers.map((layer) => ({ layer, call: 0 }))

/** From the output to the input, along the one input of each layer. */
function backwards({ config }: Network, layers: readonly LayerConfig[]): Call[] {
  const byName = new Map(layers.map((layer) => [nameOf(layer), layer]))
  const outputs = references(Array.isArray(config) ? undefined : config.output_layers)
  if (outputs.length > 1) throw unfitting(`It has ${outputs.length} outputs instead of one.`)
  const [start] = outputs
  const calls: Call[] = []
  let at = start
  const seen = new Set<string>()
  while (at) {
    const [name, call, tensor] = at
    if (tensor !== 0) throw unfitting(`Of "${name}" another output than the first is read.`)
    const layer = byName.get(name)
    if (!layer || seen.has(`${name} ${call}`)) throw unfitting(`Its layers do not form a chain at "${name}".`)
    seen.add(`${name} ${call}`)
    calls.unshift({ layer, call })
    if (layer.class_name === 'InputLayer') return calls
    // A network within another counts the call that it was made with too, and does not list it.
    const inputs = references(layer.inbound_nodes[call] ?? layer.inbound_nodes.at(-1))
    if (inputs.length !== 1)
      throw unfitting(`"${name}" (${layer.class_name}) reads ${inputs.length} layers instead of one.`)
    at = inputs[0]
  }
  throw unfitting('It has no chain of layers from an input to one output.')
}

/** What is read: the name of a layer, the number of its call, and which of its outputs. */
export type Reference = readonly [name: string, call: number, tensor: number]

/** All that is read, wherever it is in what Keras 2 or Keras 3 wrote. */
export function references(value: unknown, depth = 0): Reference[] {
  if (depth > 12 || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const [name, call, tensor] = value as unknown[]
    if (typeof name === 'string' && typeof call === 'number')
      return [[name, call, typeof tensor === 'number' ? tensor : 0]]
    return value.flatMap((part) => references(part, depth + 1))
  }
  const { keras_history: history, args, config } = value as Record<string, unknown>
  if (history) return references(history, depth + 1)
  return references(args ?? config, depth + 1)
}

/** Of what a layer reads that says so, without the batch; null for a side that may be any. */
export function inputSides({ config, build_config: build }: LayerConfig): readonly (number | null)[] {
  const { batch_shape: now, batch_input_shape: before } = config
  const parsed = z.array(z.number().int().nullable()).safeParse(now ?? before ?? build?.input_shape)
  return parsed.success ? parsed.data.slice(1) : []
}

/** The same by the tensor that a layer is called with, which Keras 3 writes down; none where it does not. */
export function tensorSides({ inbound_nodes: nodes }: LayerConfig): readonly (number | null)[] {
  const shape = findShape(nodes, 0)
  const parsed = z.array(z.number().int().nullable()).safeParse(shape)
  return parsed.success ? parsed.data.slice(1) : []
}

function findShape(value: unknown, depth: number): unknown {
  if (depth > 12 || typeof value !== 'object' || value === null) return null
  const { keras_history: history, shape } = value as Record<string, unknown>
  if (history !== undefined) return shape
  for (const part of Object.values(value)) {
    const found = findShape(part, depth + 1)
    if (found) return found
  }
  return null
}

function inputOf(calls: readonly Call[]): Chain['input'] {
  const shape = inputSides(calls[0]!.layer)
  const given = shape.filter((size): size is number => size !== null)
  if (given.length === shape.length && given.length === 1) return given[0]!
  const [height, width, channels = 1] = given
  if (
    given.length === shape.length &&
    (given.length === 2 || given.length === 3) &&
    (channels === 1 || channels === 3)
  )
    return { height: height!, width: width!, channels }
  throw unfitting(
    sentence('importing.inputShape', {
      shape: shape.map((size) => size ?? 'any').join(' × ') || sentence('importing.notGiven'),
    }),
  )
}

/** Layers that change nothing when a network is used, or the shape alone. */
const passing = new Set([
  'InputLayer',
  'Flatten',
  'Reshape',
  'Dropout',
  'SpatialDropout2D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'ActivityRegularization',
])

function stepsOf({ layer, call }: Call, weightsOf: WeightsOf): Step[] {
  const name = nameOf(layer)
  const { class_name: type, config } = layer
  if (passing.has(type)) return []
  if (/^keras(?:\.src)?\.ops\b/.test(layer.module ?? ''))
    throw unfitting(`"${name}" is a function of keras.ops.`)
  const weights = weightsOf(layer)
  switch (type) {
    case 'Dense':
      return withActivation(layer, {
        name,
        kind: 'dense',
        kernel: weightAt(name, weights, 0, 2),
        bias: weights[1] ?? null,
      })
    case 'TiedDense':
      return [tiedDense(name, call, weights)]
    case 'Conv2D':
    case 'Conv2DTranspose':
      return withActivation(layer, {
        name,
        kind: type === 'Conv2D' ? 'conv' : 'transposed',
        kernel: weightAt(name, weights, 0, 4),
        bias: weights[1] ?? null,
        stride: strideOf(layer),
        pads: 'same',
      })
    case 'MaxPooling2D':
    case 'AveragePooling2D':
      return [
        { name, kind: 'pool', pooling: type === 'MaxPooling2D' ? 'max' : 'average', size: poolSize(layer) },
      ]
    case 'UpSampling2D': {
      const size = square(name, config.size)
      const upsampling = config.interpolation === 'bilinear' ? 'bilinear' : 'nearest'
      return [{ name, kind: 'enlarge', size, upsampling }]
    }
    default:
      return [{ name, kind: 'activation', activation: activationLayer(layer) }]
  }
}

function tiedDense(name: string, call: number, weights: readonly Weight[]): Step {
  const kernel = weightAt(name, weights, 0, 2)
  if (call === 0) return { name, kind: 'dense', kernel, bias: weights[1] ?? null }
  const [rows, columns] = kernel.shape as [number, number]
  const data = transposed(kernel.data, rows, columns)
  return { name, kind: 'dense', kernel: { shape: [columns, rows], data }, bias: weights[2] ?? null }
}

function weightAt(name: string, weights: readonly Weight[], at: number, rank: number): Weight {
  const weight = weights[at]
  if (weight?.shape.length !== rank) throw unfitting(`"${name}" has no kernel of ${rank} dimensions.`)
  return weight
}

function withActivation(layer: LayerConfig, step: Step): Step[] {
  const { activation = 'linear' } = layer.config
  const known = named(activation)
  if (!known) throw unfitting(`"${nameOf(layer)}" has the activation ${JSON.stringify(activation)}.`)
  return [step, { name: nameOf(layer), kind: 'activation', activation: known }]
}

function named(activation: unknown): Activation | null {
  const name = typeof activation === 'string' ? activation.replace('_', '-') : null
  // What Keras 3 calls leaky_relu leaks 0.2, as ours does.
  return activations.find((known) => known === name) ?? null
}

/** @throws ExpectedError for any layer that is none */
function activationLayer(layer: LayerConfig): Activation {
  const { class_name: type, config } = layer
  const slope = config.negative_slope ?? config.alpha
  const known =
    type === 'Activation'
      ? named(config.activation)
      : type === 'ReLU' && config.max_value == null && !config.negative_slope && !config.threshold
        ? 'relu'
        : type === 'LeakyReLU' && typeof slope === 'number' && Math.abs(slope - 0.2) < 1e-6
          ? 'leaky-relu'
          : type === 'ELU' && (config.alpha ?? 1) === 1
            ? 'elu'
            : null
  if (known) return known
  throw unfitting(sentence('importing.layerForm', { name: nameOf(layer), type }))
}

function strideOf(layer: LayerConfig): number {
  const { config } = layer
  const name = nameOf(layer)
  if (config.padding !== 'same')
    throw unfitting(`"${name}" pads its images "${String(config.padding)}", not "same".`)
  if (config.data_format === 'channels_first') throw unfitting(`"${name}" takes channels first.`)
  if (config.dilation_rate !== undefined && square(name, config.dilation_rate) !== 1)
    throw unfitting(`"${name}" is dilated.`)
  if (config.groups !== undefined && config.groups !== 1) throw unfitting(`"${name}" has groups.`)
  if (config.output_padding != null) throw unfitting(`"${name}" has an output padding.`)
  return square(name, config.strides ?? 1)
}

function poolSize(layer: LayerConfig): number {
  const name = nameOf(layer)
  const size = square(name, layer.config.pool_size)
  const { strides } = layer.config
  if (strides != null && square(name, strides) !== size) throw unfitting(`"${name}" has pools that overlap.`)
  return size
}

/** One number for both sides. */
function square(name: string, value: unknown): number {
  const sides = z.union([z.number().int(), z.array(z.number().int()).length(2)]).safeParse(value)
  const [a, b] = sides.success ? [sides.data].flat() : []
  if (a === undefined || (b !== undefined && a !== b))
    throw unfitting(`"${name}" is not square (${JSON.stringify(value)}).`)
  return a
}
