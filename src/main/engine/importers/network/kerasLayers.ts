import { z } from 'zod'
import { type LayerConfig, nameOf } from '../layerConfigs'
import {
  biasOf,
  checkLayout,
  isOverChannels,
  type LayerRule,
  marginsOf,
  type Pair,
  refuse,
  weightAt,
} from './kerasReading'
import { batchNorm } from './batchNorm'
import { convolutions } from './kerasConvolutions'
import { normalizedAlong, slopedPixels } from './kerasGrids'
import { sizes } from './kerasSizes'
import { eluOf, shared } from './composites'
import { activated, activatedNode as add } from './kerasActivations'
import {
  augmentations,
  average,
  extreme,
  groupNormalization,
  layerNormalization,
  normalization,
} from './moreKerasLayers'
import { type NodeDraft, vector, weight } from './networkBuilder'

/** The value that a layer without weights gives. */
const plain =
  (draft: (layer: LayerConfig) => NodeDraft): LayerRule =>
  (call) =>
    call.builder.add(nameOf(call.layer), draft(call.layer), call.inputs)

const passing: LayerRule = ({ inputs }) => inputs[0]!

const dense: LayerRule = (call) => {
  const kernel = weightAt(call, 0, 2)
  const [reads, units] = kernel.shape as Pair
  const bias = biasOf(call, 1)
  const [value] = call.inputs
  const common = { reads, bias: 'bias' in bias }
  if (call.builder.shape(value!).isRow)
    return add(call, { op: 'dense', ...common, units }, { kernel, ...bias })
  // Every pixel by itself.
  const draft = {
    op: 'conv',
    kernel: [1, 1] as Pair,
    ...common,
    filters: units,
    stride: 1,
    dilation: 1,
  } as const
  return add(
    call,
    { ...draft, pads: [0, 0, 0, 0] },
    { kernel: weight([1, 1, reads, units], kernel.data), ...bias },
  )
}

const batchNormalization: LayerRule = (call) => {
  const { layer, weights, builder, inputs } = call
  const { channels, isRow } = builder.shape(inputs[0]!)
  const { scale = true, center = true, epsilon = 1e-3 } = layer.config
  if (!isOverChannels(layer.config.axis, isRow)) return normalizedAlong(call)
  const own = [...weights]
  const gamma = scale ? own.shift()?.data : undefined
  const beta = center ? own.shift()?.data : undefined
  const [mean, variance] = own.map(({ data }) => data)
  const lengths = [gamma ?? mean, beta ?? mean, mean, variance].map((one) => one?.length)
  if (!mean || !variance || typeof epsilon !== 'number' || lengths.some((length) => length !== channels))
    return refuse(layer, `does not normalise the ${channels} channels that it reads`)
  return add(call, { op: 'scale', channels }, { ...batchNorm({ gamma, beta, mean, variance }, epsilon) })
}

const zeroPadding = plain((layer) => {
  checkLayout(layer)
  return { op: 'pad', mode: 'zero', pads: marginsOf(layer, 'padding') }
})
const cropping = plain((layer) => {
  checkLayout(layer)
  return { op: 'crop', sides: marginsOf(layer, 'cropping') }
})

/** Joins or combines several values. */
const joining =
  (op: 'concat' | 'add' | 'sub' | 'mul'): LayerRule =>
  (call) => {
    const { layer, inputs, builder } = call
    const rank = builder.shape(inputs[0]!).isRow ? 2 : 4
    const axis = Number(layer.config.axis ?? -1)
    if (inputs.length === 1) return inputs[0]!
    if (op !== 'concat' || axis === -1 || axis === rank - 1) return builder.add(nameOf(layer), { op }, inputs)
    const along = axis < 0 ? axis + rank : axis
    if (rank === 2 || (along !== 1 && along !== 2)) return refuse(layer, 'joins along the batch')
    return builder.add(nameOf(layer), { op, axis: along === 1 ? 'rows' : 'columns' }, inputs)
  }

const reshape: LayerRule = ({ layer, inputs, builder }) => {
  const target = z.array(z.number().int()).safeParse(layer.config.target_shape)
  const [value] = inputs as [string]
  const { height, width, channels, isRow } = builder.shape(value)
  const total = height * width * channels
  const sides = target.success ? target.data : []
  const known = sides.filter((side) => side !== -1).reduce((product, side) => product * side, 1)
  const wanted = sides.map((side) => (side === -1 ? total / known : side))
  const row = isRow
    ? value
    : builder.add(`${nameOf(layer)}_row`, { op: 'flatten', order: 'channels-last' }, [value])
  if (wanted.length === 1 && wanted[0] === total) return row
  const [rows, columns, planes = 1] = wanted
  if (wanted.length < 2 || wanted.length > 3)
    return refuse(layer, `reshapes an image as ${sides.join(' × ')}`)
  const draft = {
    op: 'unflatten',
    order: 'channels-last',
    height: rows!,
    width: columns!,
    channels: planes,
  } as const
  return builder.add(nameOf(layer), draft, [row])
}

const flatten: LayerRule = ({ layer, builder, inputs }) => {
  if (builder.shape(inputs[0]!).isRow) return inputs[0]!
  checkLayout(layer)
  return builder.add(nameOf(layer), { op: 'flatten', order: 'channels-last' }, inputs)
}

/** x at or above the threshold, up to the largest; slope · (x - threshold) below it. */
const relu: LayerRule = ({ layer, inputs, builder }) => {
  const { max_value: high, negative_slope: given = 0, threshold: from = 0 } = layer.config
  const [slope, threshold, label] = [Number(given), Number(from), nameOf(layer)]
  const add = (draft: NodeDraft, ...of: string[]) => builder.add(label, draft, of)
  if (threshold !== 0) return refuse(layer, 'has a threshold')
  const [value] = inputs as [string]
  if (slope === 0)
    return typeof high === 'number'
      ? add({ op: 'clip', low: 0, high }, value)
      : add({ op: 'activation', activation: 'relu' }, value)
  const bent = add({ op: 'leaky', slope }, value)
  return typeof high === 'number' ? add({ op: 'clip', low: -3.4e38, high }, bent) : bent
}

const softmax: LayerRule = ({ layer, inputs, builder }) => {
  if (!isOverChannels(layer.config.axis, builder.shape(inputs[0]!).isRow))
    return refuse(layer, 'shares out one among pixels')
  return shared(builder, nameOf(layer), inputs[0]!)
}

const leakyRelu = plain(({ config }) => ({
  op: 'leaky',
  slope: Number(config.negative_slope ?? config.alpha ?? 0.3),
}))

const elu: LayerRule = ({ layer, inputs, builder }) => {
  const alpha = Number(layer.config.alpha ?? 1)
  if (alpha !== 1) return eluOf(builder, nameOf(layer), inputs[0]!, alpha)
  return builder.add(nameOf(layer), { op: 'activation', activation: 'elu' }, inputs)
}

const prelu: LayerRule = (call) => {
  const { layer, inputs, builder, weights } = call
  const { channels } = builder.shape(inputs[0]!)
  const slope = weights[0]?.data
  // Slopes of rows of pixels may be as many as there are channels.
  if (slope?.length !== channels || weights[0]!.shape.at(-1) !== channels) return slopedPixels(call)
  return builder.add(nameOf(layer), { op: 'prelu', channels }, inputs, { slope: vector(slope) })
}

const rescaling: LayerRule = ({ layer, builder, inputs }) => {
  const { scale = 1, offset = 0 } = layer.config
  if (typeof scale === 'number' && typeof offset === 'number')
    return builder.add(nameOf(layer), { op: 'affine', gain: scale, shift: offset }, inputs)
  const { channels } = builder.shape(inputs[0]!)
  const each = (given: unknown) => {
    const numbers = (Array.isArray(given) ? given : new Array<unknown>(channels).fill(given)).map(Number)
    const fits = numbers.length === channels && numbers.every(Number.isFinite)
    return fits
      ? vector(Float32Array.from(numbers))
      : refuse(layer, 'scales by other numbers than one for each channel')
  }
  return builder.add(nameOf(layer), { op: 'scale', channels }, inputs, {
    gain: each(scale),
    shift: each(offset),
  })
}

const globalPool =
  (draft: NodeDraft): LayerRule =>
  ({ layer, inputs, builder }) => {
    checkLayout(layer)
    const pixel = builder.add(nameOf(layer), draft, inputs)
    return layer.config.keepdims
      ? pixel
      : builder.add(`${nameOf(layer)}_row`, { op: 'flatten', order: 'channels-last' }, [pixel])
  }

/** What is read of Keras, by the name of the layer's class. */
export const kerasLayers: Readonly<Record<string, LayerRule>> = {
  InputLayer: passing,
  Dropout: passing,
  SpatialDropout2D: passing,
  GaussianNoise: passing,
  GaussianDropout: passing,
  AlphaDropout: passing,
  ActivityRegularization: passing,
  Dense: dense,
  ...convolutions,
  ...sizes,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GlobalAveragePooling2D: globalPool({ op: 'mean' }),
  GlobalMaxPooling2D: globalPool({ op: 'peak', over: 'pixels' }),
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  Add: joining('add'),
  Subtract: joining('sub'),
  Multiply: joining('mul'),
  Concatenate: joining('concat'),
  Reshape: reshape,
  Flatten: flatten,
  Activation: (call) => activated(call, call.inputs[0]!, call.layer.config.activation),
  ReLU: relu,
  Softmax: softmax,
  LeakyReLU: leakyRelu,
  ELU: elu,
  PReLU: prelu,
  Rescaling: rescaling,
  Normalization: normalization,
  GroupNormalization: groupNormalization,
  Average: average,
  Maximum: extreme(true),
  Minimum: extreme(false),
  ...Object.fromEntries(augmentations.map((name) => [name, passing])),
}
