import { nameOf } from '../layerConfigs'
import { groupNormalized, normalized } from './composites'
import { isOverChannels, type LayerRule, refuse } from './kerasReading'
import { type NodeDraft, vector, weight } from './networkBuilder'

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

/** Over the channels of each pixel, or over the whole image (Ba et al. 2016). */
export const layerNormalization: LayerRule = ({ layer, inputs, builder, weights }) => {
  const { height, width, channels, isRow } = builder.shape(inputs[0]!)
  const { epsilon = 1e-3, scale, center, axis } = layer.config
  const own = [...weights]
  const gain = scale === false ? undefined : own.shift()?.data
  const shift = center === false ? undefined : own.shift()?.data
  const label = nameOf(layer)
  const isWhole =
    !isRow && Array.isArray(axis) && axis.map((at: number) => (at < 0 ? at + 4 : at)).join() === '1,2,3'
  const size = isWhole ? height * width * channels : channels
  const numbers = {
    gain: gain ?? new Float32Array(size).fill(1),
    shift: shift ?? new Float32Array(size),
    epsilon: Number(epsilon),
  }
  if (!isWhole && !isOverChannels(axis, isRow)) return refuse(layer, 'normalizes over more than the channels')
  if (!isWhole) return normalized(builder, label, inputs[0]!, 'channel-mean', numbers)
  const add = (draft: NodeDraft, ...of: string[]) => builder.add(label, draft, of)
  const mean = (of: string) => add({ op: 'channel-mean' }, add({ op: 'mean' }, of))
  const centred = add({ op: 'sub' }, inputs[0]!, mean(inputs[0]!))
  const variance = mean(add({ op: 'mul' }, centred, centred))
  const deviation = add({ op: 'sqrt' }, add({ op: 'affine', gain: 1, shift: numbers.epsilon }, variance))
  const sides = [height, width, channels]
  return builder.add(
    label,
    { op: 'grid', height, width, channels },
    [add({ op: 'div' }, centred, deviation)],
    {
      gain: weight(sides, numbers.gain),
      shift: weight(sides, numbers.shift),
    },
  )
}

/** The larger of two values, or the smaller. */
export const extreme =
  (isLargest: boolean): LayerRule =>
  ({ layer, inputs, builder }) =>
    inputs.reduce((a, b) => {
      const add = (draft: NodeDraft, ...of: string[]) => builder.add(nameOf(layer), draft, of)
      const over = isLargest ? add({ op: 'sub' }, b, a) : add({ op: 'sub' }, a, b)
      return add({ op: isLargest ? 'add' : 'sub' }, a, add({ op: 'activation', activation: 'relu' }, over))
    })
