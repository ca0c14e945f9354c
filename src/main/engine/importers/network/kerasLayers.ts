import { z } from 'zod'
import type { Weight } from '../../models/weights'
import { type LayerConfig, nameOf } from '../layerConfigs'
import {
  checkLayout,
  isOverChannels,
  type Four,
  type LayerCall,
  type LayerRule,
  marginsOf,
  padsOf,
  type Pair,
  refuse,
  square,
} from './kerasReading'
import { batchNorm } from './batchNorm'
import { eluOf, normalized } from './composites'
import { activated } from './kerasActivations'
import { cropAndGrow, type Margins, sameMargins, sameOverlap } from './margins'
import { augmentations, average, groupNormalization, normalization, separable } from './moreKerasLayers'
import { type NodeDraft, vector, weight } from './networkBuilder'

/** One node, and the activation that the layer has with it. */
function add(call: LayerCall, draft: NodeDraft, weights: Readonly<Record<string, Weight>> = {}): string {
  const { layer, inputs, builder } = call
  const value = builder.add(nameOf(layer), draft, inputs, weights)
  return activated(call, value, layer.config.activation ?? 'linear')
}

/** The value that a layer without weights gives. */
const plain =
  (draft: (layer: LayerConfig) => NodeDraft): LayerRule =>
  (call) =>
    call.builder.add(nameOf(call.layer), draft(call.layer), call.inputs)

const passing: LayerRule = ({ inputs }) => inputs[0]!

function weightAt({ layer, weights }: LayerCall, at: number, rank: number): Weight {
  const found = weights[at]
  return found?.shape.length === rank ? found : refuse(layer, `has no weights of ${rank} dimensions`)
}

const biasOf = ({ layer, weights }: LayerCall, at: number): Readonly<Record<string, Weight>> =>
  layer.config.use_bias !== false && weights[at] ? { bias: vector(weights[at].data) } : {}

const dense: LayerRule = (call) => {
  const kernel = weightAt(call, 0, 2)
  const [reads, units] = kernel.shape as Pair
  const bias = biasOf(call, 1)
  const [value] = call.inputs
  if (!call.builder.shape(value!).isRow)
    return refuse(call.layer, 'is dense and reads an image that is not flattened')
  return add(call, { op: 'dense', reads, units, bias: 'bias' in bias }, { kernel, ...bias })
}

const conv2d: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  const kernel = weightAt(call, 0, 4)
  const [height, width, reads, filters] = kernel.shape as Four
  checkLayout(layer)
  if ((layer.config.groups ?? 1) !== 1) refuse(layer, 'has groups of channels')
  const [stride, dilation] = [square(layer, 'strides'), square(layer, 'dilation_rate')]
  const pads = padsOf(layer, builder.shape(inputs[0]!), [height, width], { stride, dilation })
  const bias = biasOf(call, 1)
  const draft = {
    op: 'conv',
    kernel: [height, width] as Pair,
    reads,
    filters,
    stride,
    dilation,
    pads,
  } as const
  return add(call, { ...draft, bias: 'bias' in bias }, { kernel, ...bias })
}

const depthwise: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  const given = weightAt(call, 0, 4)
  const [height, width, reads, multiplier] = given.shape as Four
  checkLayout(layer)
  if (multiplier !== 1 || square(layer, 'strides') !== 1 || square(layer, 'dilation_rate') !== 1)
    refuse(layer, 'is depthwise with a stride, a dilation or several filters for each channel')
  const pads = padsOf(layer, builder.shape(inputs[0]!), [height, width], { stride: 1, dilation: 1 })
  const bias = biasOf(call, 1)
  const draft = {
    op: 'depthwise',
    kernel: [height, width] as Pair,
    reads,
    pads,
    bias: 'bias' in bias,
  } as const
  return add(call, draft, { kernel: weight([height, width, reads], given.data), ...bias })
}

const transposed: LayerRule = (call) => {
  const { layer } = call
  const kernel = weightAt(call, 0, 4)
  const [height, width, filters, reads] = kernel.shape as Four
  checkLayout(layer)
  if (square(layer, 'dilation_rate') !== 1 || layer.config.output_padding != null)
    refuse(layer, 'is dilated, or names the padding of what it gives')
  const stride = square(layer, 'strides')
  // "same": stride times as large; "valid": all that the patches cover, or the stride where that is more.
  const short = [height, width].map((taps) => Math.min(0, taps - stride))
  const cut: Margins =
    layer.config.padding === 'same' ? sameOverlap([height, width], stride) : [0, 0, short[0]!, short[1]!]
  const bias = biasOf(call, 1)
  const draft = {
    ...{ op: 'conv-transposed' as const, kernel: [height, width] as Pair, reads, filters, stride },
    ...cropAndGrow(cut),
    bias: 'bias' in bias,
  }
  return add(call, draft, { kernel, ...bias })
}

const batchNormalization: LayerRule = (call) => {
  const { layer, weights, builder, inputs } = call
  const { channels, isRow } = builder.shape(inputs[0]!)
  const { scale = true, center = true, epsilon = 1e-3 } = layer.config
  if (!isOverChannels(layer.config.axis, isRow))
    return refuse(layer, 'normalises along another axis than that of the channels')
  const own = [...weights]
  const gamma = scale ? own.shift()?.data : undefined
  const beta = center ? own.shift()?.data : undefined
  const [mean, variance] = own.map(({ data }) => data)
  const lengths = [gamma ?? mean, beta ?? mean, mean, variance].map((one) => one?.length)
  if (!mean || !variance || typeof epsilon !== 'number' || lengths.some((length) => length !== channels))
    return refuse(layer, `does not normalise the ${channels} channels that it reads`)
  return add(call, { op: 'scale', channels }, { ...batchNorm({ gamma, beta, mean, variance }, epsilon) })
}

const pool: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  const { height, width } = builder.shape(inputs[0]!)
  const size = square(layer, 'pool_size')
  checkLayout(layer)
  if (layer.config.strides != null && square(layer, 'strides') !== size)
    refuse(layer, 'has pools that overlap')
  const pooling = layer.class_name.startsWith('Max') ? 'max' : 'average'
  const draft = { op: 'pool', pooling, size } as const
  if (layer.config.padding !== 'same' || (height % size === 0 && width % size === 0)) return add(call, draft)
  // Over the edge lies nothing: a pixel of the edge once more is no larger than it, and of two the mean.
  if (pooling === 'average' && size > 2) refuse(layer, 'averages over less than its size at the edge')
  const pads = sameMargins({ height, width }, [size, size], { stride: size, dilation: 1 })
  const edged = builder.add(`${nameOf(layer)}_edge`, { op: 'pad', mode: 'edge', pads }, inputs)
  return add({ ...call, inputs: [edged] }, draft)
}

const upsampling = plain((layer) => {
  checkLayout(layer)
  const given = layer.config.interpolation ?? 'nearest'
  if (given !== 'nearest' && given !== 'bilinear') refuse(layer, `enlarges ${String(given)}`)
  return { op: 'upsample', interpolation: given as 'nearest' | 'bilinear', size: square(layer, 'size') }
})

const layerNormalization: LayerRule = (call) => {
  const { layer, inputs, builder, weights } = call
  const { channels, isRow } = builder.shape(inputs[0]!)
  const { epsilon = 1e-3, scale, center } = layer.config
  if (!isOverChannels(layer.config.axis, isRow))
    return refuse(layer, 'normalizes over more than the channels')
  const [gain, shift] = [
    scale === false ? null : weights[0],
    center === false ? null : weights[scale === false ? 0 : 1],
  ]
  return normalized(builder, nameOf(layer), inputs[0]!, 'channel-mean', {
    gain: gain?.data ?? new Float32Array(channels).fill(1),
    shift: shift?.data ?? new Float32Array(channels),
    epsilon: Number(epsilon),
  })
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
    if (op === 'concat' && axis !== -1 && axis !== rank - 1) refuse(layer, 'joins images side by side')
    return inputs.length === 1 ? inputs[0]! : builder.add(nameOf(layer), { op }, inputs)
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

const relu: LayerRule = ({ layer, inputs, builder }) => {
  const { max_value: high, negative_slope: slope = 0, threshold = 0 } = layer.config
  if (threshold !== 0 || (high != null && slope)) refuse(layer, 'has a threshold, or a slope and an end')
  if (typeof high === 'number') return builder.add(nameOf(layer), { op: 'clip', low: 0, high }, inputs)
  return builder.add(
    nameOf(layer),
    slope ? { op: 'leaky', slope: Number(slope) } : { op: 'activation', activation: 'relu' },
    inputs,
  )
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
  if (slope?.length !== channels || weights[0]!.shape.at(-1) !== channels)
    return refuse(layer, 'has a slope for each pixel, not for each channel')
  return builder.add(nameOf(layer), { op: 'prelu', channels }, inputs, { slope: vector(slope) })
}

const rescaling = plain((layer) => {
  const { scale = 1, offset = 0 } = layer.config
  if (typeof scale !== 'number' || typeof offset !== 'number')
    return refuse(layer, 'scales each channel by another number')
  return { op: 'affine', gain: scale, shift: offset }
})

const globalAverage: LayerRule = ({ layer, inputs, builder }) => {
  checkLayout(layer)
  const mean = builder.add(nameOf(layer), { op: 'mean' }, inputs)
  return layer.config.keepdims
    ? mean
    : builder.add(`${nameOf(layer)}_row`, { op: 'flatten', order: 'channels-last' }, [mean])
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
  Conv2D: conv2d,
  DepthwiseConv2D: depthwise,
  Conv2DTranspose: transposed,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  MaxPooling2D: pool,
  AveragePooling2D: pool,
  GlobalAveragePooling2D: globalAverage,
  UpSampling2D: upsampling,
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
  LeakyReLU: leakyRelu,
  ELU: elu,
  PReLU: prelu,
  Rescaling: rescaling,
  SeparableConv2D: separable,
  SeparableConvolution2D: separable,
  Normalization: normalization,
  GroupNormalization: groupNormalization,
  Average: average,
  ...Object.fromEntries(augmentations.map((name) => [name, passing])),
}
