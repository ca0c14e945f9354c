import { nameOf } from '../layerConfigs'
import { activatedNode } from './kerasActivations'
import { checkLayout, type LayerRule, type Pair, pairOf, refuse } from './kerasReading'
import { type Margins, sameMargins } from './margins'
import type { NodeDraft } from './networkBuilder'

type Resize = Extract<NodeDraft, { op: 'resize' }>
type How = Pick<Resize, 'interpolation' | 'coordinates' | 'rounding' | 'likeTensorflow'>

const pool: LayerRule = (call) => {
  const { layer, builder, inputs } = call
  const image = builder.shape(inputs[0]!)
  checkLayout(layer)
  const kernel = pairOf(layer, 'pool_size', 2)
  const strides = layer.config.strides == null ? kernel : pairOf(layer, 'strides')
  const pooling = layer.class_name.startsWith('Max') ? 'max' : 'average'
  const [down, across] = strides.map((stride, axis) =>
    sameMargins(image, [kernel[axis]!, kernel[axis]!], { stride, dilation: 1 }),
  )
  const pads: Margins =
    layer.config.padding === 'same' ? [down![0], across![1], down![2], across![3]] : [0, 0, 0, 0]
  const isPlain =
    kernel[0] === kernel[1] &&
    strides.every((stride) => stride === kernel[0]) &&
    pads.every((side) => side === 0)
  if (isPlain) return activatedNode(call, { op: 'pool', pooling, size: kernel[0] })
  return activatedNode(call, { op: 'pool-over', pooling, kernel, strides, pads, countsPads: false })
}

/** As TensorFlow resizes: between the centres of pixels. */
const interpolations: Readonly<Record<string, How>> = {
  nearest: { interpolation: 'nearest', coordinates: 'pixel-centre', rounding: 'floor' },
  bilinear: { interpolation: 'linear', coordinates: 'half-pixel', rounding: 'floor' },
  bicubic: { interpolation: 'cubic', coordinates: 'half-pixel', rounding: 'floor', likeTensorflow: true },
}

/** Of the cubic of TensorFlow. */
const coefficient = -0.5

const upsampling: LayerRule = ({ layer, builder, inputs }) => {
  checkLayout(layer)
  const given = String(layer.config.interpolation ?? 'nearest')
  const scales = pairOf(layer, 'size', 2)
  const isSquare = scales[0] === scales[1]
  if (isSquare && (given === 'nearest' || (given === 'bilinear' && scales[0] % 2 === 0)))
    return builder.add(nameOf(layer), { op: 'upsample', interpolation: given, size: scales[0] }, inputs)
  const how = interpolations[given] ?? refuse(layer, `enlarges ${given}`)
  return builder.add(nameOf(layer), { op: 'resize', ...how, scales, coefficient }, inputs)
}

const resizing: LayerRule = ({ layer, builder, inputs }) => {
  checkLayout(layer)
  const { height, width } = builder.shape(inputs[0]!)
  const { config } = layer
  const given = String(config.interpolation ?? 'bilinear')
  const scales: Pair = [Number(config.height) / height, Number(config.width) / width]
  const how = interpolations[given] ?? refuse(layer, `resizes ${given}`)
  if (config.crop_to_aspect_ratio || config.pad_to_aspect_ratio || config.antialias)
    return refuse(layer, 'crops, pads or smooths what it resizes')
  return builder.add(nameOf(layer), { op: 'resize', ...how, scales, coefficient }, inputs)
}

/** Axes of images in another order, counted from the batch on. */
const permute: LayerRule = ({ layer, builder, inputs }) => {
  const given = layer.config.dims
  const order = Array.isArray(given) ? given.map((axis) => Number(axis) - 1) : []
  if (builder.shape(inputs[0]!).isRow || order.length !== 3) return refuse(layer, 'turns what is no image')
  return builder.add(nameOf(layer), { op: 'turn', order: order as [number, number, number] }, inputs)
}

/** Layers that make images larger or smaller, or lay them out otherwise. */
export const sizes: Readonly<Record<string, LayerRule>> = {
  MaxPooling2D: pool,
  MaxPool2D: pool,
  AveragePooling2D: pool,
  AvgPool2D: pool,
  UpSampling2D: upsampling,
  Resizing: resizing,
  Permute: permute,
}
