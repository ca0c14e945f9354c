import type { z } from 'zod'
import type { convLayerSchema, poolLayerSchema } from '../../../../shared/modelSpec'
import type { Weight } from '../../models/weights'
import type { LayerStack, Output } from './layerStack'

export interface PlacedConvolution {
  readonly layer: z.infer<typeof convLayerSchema>
  readonly input: Output
}

/** Pixels before and after a side of `size`, so that there are ceil(size / stride) outputs; the odd one after. */
function margin(size: number, taps: number, stride: number): [number, number] {
  const pixels = Math.max(0, (Math.ceil(size / stride) - 1) * stride + taps - size)
  return [Math.floor(pixels / 2), Math.ceil(pixels / 2)]
}

interface ConvolutionWeights {
  readonly kernel: Weight
  readonly bias: Weight
  /** Of the decoder that will call the layer again, where it is tied to it. */
  readonly decoderBias: Weight | null
}

/** A convolution before its activation. Kernels are height × width × channels × filters, as Keras has them. */
export function convolution(
  stack: LayerStack,
  name: string,
  { layer, input }: PlacedConvolution,
  { kernel, bias, decoderBias }: ConvolutionWeights,
): Output {
  const [height, width] = input.shape as [number, number, number]
  const reflects = layer.padding === 'reflect'
  const h = reflects
    ? reflected(stack, name, input, [
        margin(height, layer.kernel, layer.stride),
        margin(width, layer.kernel, layer.stride),
      ])
    : input
  const settings = {
    filters: layer.filters,
    kernel_size: [layer.kernel, layer.kernel],
    strides: [layer.stride, layer.stride],
    padding: reflects ? 'valid' : 'same',
  }
  const shape = [Math.ceil(height / layer.stride), Math.ceil(width / layer.stride), layer.filters]
  if (decoderBias)
    return stack.add(
      name,
      {
        type: 'TiedConv2D',
        settings: { ...settings, decoder_filters: decoderBias.data.length },
        weights: { kernel, bias, decoder_bias: decoderBias },
      },
      [h],
      shape,
    )
  return stack.add(
    name,
    { type: 'Conv2D', settings: { ...settings, ...usual }, weights: { kernel, bias } },
    [h],
    shape,
  )
}

const usual = { data_format: 'channels_last', dilation_rate: [1, 1], activation: 'linear', use_bias: true }

interface TransposedWeights {
  readonly kernel: Weight
  readonly bias: Weight
  /** Of what it gives. */
  readonly shape: readonly number[]
  /** The layer of the encoder whose kernel it reads, or null where it has its own. */
  readonly sharedWith: string | null
}

/**
 * The transpose of a convolution, before the activation. Strides are written without padding and cut to size afterwards:
 * frameworks differ in where they put the odd pixel.
 */
export function transposedConvolution(
  stack: LayerStack,
  name: string,
  { layer, input }: PlacedConvolution,
  { kernel, bias, shape, sharedWith }: TransposedWeights,
): Output {
  const [height, width, channels] = shape as [number, number, number]
  const [rows, columns] = input.shape as [number, number, number]
  const full = (inputs: number) => inputs * layer.stride + Math.max(layer.kernel - layer.stride, 0)
  const grown = [full(rows), full(columns), channels]
  const settings = {
    filters: channels,
    kernel_size: [layer.kernel, layer.kernel],
    strides: [layer.stride, layer.stride],
    padding: 'valid',
  }
  const drawn = sharedWith
    ? stack.callAgain(sharedWith, { inputs: [input], settings: { transpose: true } }, grown)
    : stack.add(
        name,
        { type: 'Conv2DTranspose', settings: { ...settings, ...usual }, weights: { kernel, bias } },
        [input],
        grown,
      )
  const [top] = margin(height, layer.kernel, layer.stride)
  const [left] = margin(width, layer.kernel, layer.stride)
  const cut = [
    [top, grown[0]! - top - height],
    [left, grown[1]! - left - width],
  ]
  return cut.flat().some((pixels) => pixels > 0) ? cropped(stack, `${name}_cut`, drawn, cut) : drawn
}

function cropped(
  stack: LayerStack,
  name: string,
  input: Output,
  cut: readonly (readonly number[])[],
): Output {
  const [height, width, channels] = input.shape as [number, number, number]
  const [rows, columns] = cut.map(([before, after]) => before! + after!) as [number, number]
  const settings = { cropping: cut, data_format: 'channels_last' }
  return stack.add(
    name,
    { type: 'Cropping2D', settings },
    [input],
    [height - rows, width - columns, channels],
  )
}

/** An image with its own mirror image around it, without the edge itself: rows and columns, cut out one by one. */
function reflected(
  stack: LayerStack,
  name: string,
  image: Output,
  margins: readonly (readonly [number, number])[],
): Output {
  let h = image
  margins.forEach(([before, after], axis) => {
    const size = h.shape[axis]!
    const line = (at: number, label: string) => {
      const cut: [number, number][] = [
        [0, 0],
        [0, 0],
      ]
      cut[axis] = [at, size - 1 - at]
      return cropped(stack, `${name}_${axis === 0 ? 'row' : 'column'}_${label}`, h, cut)
    }
    const parts = [
      ...Array.from({ length: before }, (_, i) => line(before - i, `before_${i}`)),
      h,
      ...Array.from({ length: after }, (_, i) => line(size - 2 - i, `after_${i}`)),
    ]
    if (parts.length === 1) return
    const shape = h.shape.map((side, i) => (i === axis ? side + before + after : side))
    const joined = { type: 'Concatenate', settings: { axis: axis + 1 } }
    h = stack.add(`${name}_mirrored_${axis === 0 ? 'rows' : 'columns'}`, joined, parts, shape)
  })
  return h
}

/** What a pool has made smaller, as large as it was. */
export function enlarged(
  stack: LayerStack,
  name: string,
  input: Output,
  { size, upsampling }: z.infer<typeof poolLayerSchema>,
  shape: readonly number[],
): Output {
  const settings = { size: [size, size], data_format: 'channels_last', interpolation: upsampling }
  return stack.add(name, { type: 'UpSampling2D', settings }, [input], shape)
}
