import type { Weight } from '../../models/weights'
import { nameOf } from '../layerConfigs'
import { groupNormalized } from './composites'
import { activated } from './kerasActivations'
import {
  checkLayout,
  isOverChannels,
  type Four,
  type LayerRule,
  padsOf,
  type Pair,
  refuse,
  square,
} from './kerasReading'
import { vector, weight } from './networkBuilder'

/** Each channel through filters of its own, then every pixel through a matrix. */
export const separable: LayerRule = (call) => {
  const { layer, builder, inputs, weights } = call
  const [own, across] = weights
  checkLayout(layer)
  if (own?.shape.length !== 4 || across?.shape.length !== 4) return refuse(layer, 'has no two kernels')
  const [height, width, reads, multiplier] = own.shape as Four
  if (multiplier !== 1 || square(layer, 'strides') !== 1 || square(layer, 'dilation_rate') !== 1)
    return refuse(layer, 'has a stride, a dilation or several filters for each channel')
  const pads = padsOf(layer, builder.shape(inputs[0]!), [height, width], { stride: 1, dilation: 1 })
  const common = { kernel: [height, width] as Pair, reads, pads, bias: false }
  const label = nameOf(layer)
  const each = builder.add(`${label}_depthwise`, { op: 'depthwise', ...common }, inputs, {
    kernel: weight([height, width, reads], own.data),
  })
  const filters = across.shape[3]!
  const bias: Readonly<Record<string, Weight>> =
    layer.config.use_bias !== false && weights[2] ? { bias: vector(weights[2].data) } : {}
  const draft = {
    ...{ op: 'conv' as const, kernel: [1, 1] as Pair, reads, filters, stride: 1, dilation: 1 },
    ...{ pads: [0, 0, 0, 0] as Four, bias: 'bias' in bias },
  } as const
  const value = builder.add(label, draft, [each], { kernel: across, ...bias })
  return activated(call, value, layer.config.activation ?? 'linear')
}

/** What `adapt` measured of each channel, or what the config says. */
export const normalization: LayerRule = ({ layer, builder, inputs, weights }) => {
  const { channels, isRow } = builder.shape(inputs[0]!)
  const { axis, mean: givenMean, variance: givenVariance, invert } = layer.config
  const numbers = (given: unknown, at: number) =>
    Array.isArray(given)
      ? Float32Array.from((given as unknown[]).flat(4) as number[])
      : typeof given === 'number'
        ? Float32Array.of(given)
        : weights[at]?.data
  const [mean, variance] = [numbers(givenMean, 0), numbers(givenVariance, 1)]
  const isOne = mean?.length === 1 && variance?.length === 1
  if (invert || !mean || !variance)
    return refuse(layer, 'normalises the other way round, or by what it does not say')
  if (!isOne && (mean.length !== channels || variance.length !== channels || !isOverChannels(axis, isRow)))
    return refuse(layer, 'normalises by other numbers than one for each channel')
  const at = (values: Float32Array, c: number) => values[isOne ? 0 : c]!
  // Keras divides by the deviation, and by 1e-7 where there is none.
  const gain = Float32Array.from(
    { length: channels },
    (_, c) => 1 / Math.max(Math.sqrt(at(variance, c)), 1e-7),
  )
  const shift = gain.map((one, c) => -at(mean, c) * one)
  return builder.add(nameOf(layer), { op: 'scale', channels }, inputs, {
    gain: vector(gain),
    shift: vector(shift),
  })
}

export const groupNormalization: LayerRule = ({ layer, builder, inputs, weights }) => {
  const { channels, isRow } = builder.shape(inputs[0]!)
  const { groups = 32, axis, epsilon = 1e-3, scale, center } = layer.config
  const count = Number(groups) === -1 ? channels : Number(groups)
  if (isRow || !isOverChannels(axis, isRow) || !Number.isInteger(channels / count) || channels / count < 1)
    return refuse(layer, 'normalises no groups of the channels of an image')
  const own = [...weights]
  const gain = scale === false ? undefined : own.shift()?.data
  const shift = center === false ? undefined : own.shift()?.data
  return groupNormalized(builder, nameOf(layer), inputs[0]!, count, {
    gain: gain ?? new Float32Array(channels).fill(1),
    shift: shift ?? new Float32Array(channels),
    epsilon: Number(epsilon),
  })
}

/** The mean of several values. */
export const average: LayerRule = ({ layer, builder, inputs }) => {
  if (inputs.length === 1) return inputs[0]!
  const sum = builder.add(`${nameOf(layer)}_sum`, { op: 'add' }, inputs)
  return builder.add(nameOf(layer), { op: 'affine', gain: 1 / inputs.length, shift: 0 }, [sum])
}

/** Layers that change images while a network is trained, and nothing when it is used. */
export const augmentations = [
  ...[
    'RandomFlip',
    'RandomRotation',
    'RandomZoom',
    'RandomTranslation',
    'RandomContrast',
    'RandomBrightness',
  ],
  ...[
    'RandomErasing',
    'RandomShear',
    'RandomHue',
    'RandomSaturation',
    'RandomSharpness',
    'RandomGaussianBlur',
  ],
  'Identity',
]
