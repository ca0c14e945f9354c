import type { Weight } from '../../models/weights'
import { nameOf } from '../layerConfigs'
import { activated } from './kerasActivations'
import {
  biasOf,
  checkLayout,
  type Four,
  type LayerCall,
  type LayerRule,
  pairOf,
  type Pair,
  refuse,
  weightAt,
} from './kerasReading'
import { cropAndGrow, type Margins, sameMargins, sameOverlap } from './margins'
import { vector, weight } from './networkBuilder'

/** Strides and dilations of a layer, and the zeros around what it reads; strides that differ are taken afterwards. */
function windowOf({ layer, builder, inputs }: LayerCall, given: Weight) {
  checkLayout(layer)
  const [rows, columns] = pairOf(layer, 'dilation_rate')
  const kernel = rows === columns ? given : spreadOut(given, rows, columns)
  const dilation = rows === columns ? rows : 1
  const size = kernel.shape.slice(0, 2) as Pair
  const steps = pairOf(layer, 'strides')
  const image = builder.shape(inputs[0]!)
  const [down, across] = steps.map((stride) => sameMargins(image, size, { stride, dilation }))
  const pads: Margins =
    layer.config.padding === 'same' ? [down![0], across![1], down![2], across![3]] : [0, 0, 0, 0]
  const stride = steps[0] === steps[1] ? steps[0] : 1
  return { kernel, size, steps, stride, dilation, pads }
}

/** Zeros between the taps. @param kernel height × width × others */
function spreadOut({ shape, data }: Weight, rows: number, columns: number): Weight {
  const [height, width, a, b] = shape as Four
  const [tall, wide] = [(height - 1) * rows + 1, (width - 1) * columns + 1]
  const result = new Float32Array(tall * wide * a * b)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * a * b
      result.set(data.subarray(from, from + a * b), (row * rows * wide + column * columns) * a * b)
    }
  return weight([tall, wide, a, b], result)
}

/** Every so many-th pixel, where the layer's strides differ. */
function stepped({ layer, builder }: LayerCall, value: string, [rows, columns]: Pair): string {
  return rows === columns
    ? value
    : builder.add(`${nameOf(layer)}_steps`, { op: 'subsample', rows, columns }, [value])
}

const mostGroups = 64

const conv2d: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  const { kernel, size, steps, stride, dilation, pads } = windowOf(call, weightAt(call, 0, 4))
  const [, , reads, filters] = kernel.shape as Four
  const bias = biasOf(call, 1)
  const draft = { op: 'conv', kernel: size, reads, stride, dilation, pads, bias: 'bias' in bias } as const
  const groups = Number(layer.config.groups ?? 1)
  if (groups > mostGroups || filters % groups) return refuse(layer, `has ${groups} groups of channels`)
  const each = filters / groups
  const parts = Array.from({ length: groups }, (_, i) => {
    const own =
      groups === 1
        ? inputs
        : [builder.add(nameOf(layer), { op: 'channels', from: i * reads, count: reads }, inputs)]
    const part = (values: Float32Array) =>
      groups === 1 ? values : values.filter((_, at) => Math.floor((at % filters) / each) === i)
    const weights = {
      kernel: weight([...size, reads, each], part(kernel.data)),
      ...(bias.bias ? { bias: vector(part(bias.bias.data)) } : {}),
    }
    return builder.add(nameOf(layer), { ...draft, filters: each }, own, weights)
  })
  const value = groups === 1 ? parts[0]! : builder.add(nameOf(layer), { op: 'concat' }, parts)
  return activated(call, stepped(call, value, steps), layer.config.activation ?? 'linear')
}

/** The kernel of each channel, and perhaps what all of them become at every pixel. */
const depthwise: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  const isSeparable = layer.class_name.startsWith('Separable')
  const { kernel, size, steps, stride, dilation, pads } = windowOf(call, weightAt(call, 0, 4))
  const [height, width, reads, multiplier] = kernel.shape as Four
  const bias = biasOf(call, isSeparable ? 2 : 1)
  const hasBias = 'bias' in bias
  const own = weight([height, width, reads * multiplier], kernel.data)
  const draft = { op: 'depthwise', kernel: size, reads, multiplier, stride, dilation, pads } as const
  const label = isSeparable ? `${nameOf(layer)}_depthwise` : nameOf(layer)
  const each = builder.add(
    label,
    { ...draft, bias: hasBias && !isSeparable },
    inputs,
    isSeparable ? { kernel: own } : { kernel: own, ...bias },
  )
  const value = stepped(call, each, steps)
  if (!isSeparable) return activated(call, value, layer.config.activation ?? 'linear')
  const across = weightAt(call, 1, 4)
  const pointwise = {
    op: 'conv' as const,
    kernel: [1, 1] as Pair,
    reads: across.shape[2]!,
    filters: across.shape[3]!,
    stride: 1,
    dilation: 1,
    pads: [0, 0, 0, 0] as Four,
    bias: hasBias,
  }
  const all = builder.add(nameOf(layer), pointwise, [value], { kernel: across, ...bias })
  return activated(call, all, layer.config.activation ?? 'linear')
}

const transposed: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  checkLayout(layer)
  const kernel = spreadOut(weightAt(call, 0, 4), ...pairOf(layer, 'dilation_rate'))
  const [height, width, filters, reads] = kernel.shape as Four
  const [stride, other] = pairOf(layer, 'strides')
  if (stride !== other) return refuse(layer, 'has different strides for height and width')
  const cut = overlapOf(call, [height, width], stride)
  const bias = biasOf(call, 1)
  const draft = {
    op: 'conv-transposed' as const,
    kernel: [height, width] as Pair,
    reads,
    filters,
    stride,
    ...cropAndGrow(cut),
    bias: 'bias' in bias,
  }
  const value = builder.add(nameOf(layer), draft, inputs, { kernel, ...bias })
  return activated(call, value, layer.config.activation ?? 'linear')
}

/**
 * "same": stride times as large; "valid": all that the patches cover, or the stride where that is more. A padding of what it
 * gives says how much larger than (n - 1) · stride + kernel - 2 · padding it is.
 */
function overlapOf({ layer }: LayerCall, kernel: Pair, stride: number): Margins {
  const isSame = layer.config.padding === 'same'
  if (layer.config.output_padding != null) {
    const extra = pairOf(layer, 'output_padding')
    const over = kernel.map((taps, axis) => (isSame ? 2 * Math.floor(taps / 2) : 0) - extra[axis]!)
    const before = over.map((pixels) => (isSame ? Math.floor(Math.max(0, pixels) / 2) : 0))
    return [before[0]!, before[1]!, over[0]! - before[0]!, over[1]! - before[1]!]
  }
  if (isSame) return sameOverlap(kernel, stride)
  const short = kernel.map((taps) => Math.min(0, taps - stride))
  return [0, 0, short[0]!, short[1]!]
}

/** Layers with a window that goes over images. */
export const convolutions: Readonly<Record<string, LayerRule>> = {
  Conv2D: conv2d,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: depthwise,
  SeparableConvolution2D: depthwise,
  Conv2DTranspose: transposed,
}
