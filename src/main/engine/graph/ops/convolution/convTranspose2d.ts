import type { OnnxEmitter, TensorflowEmitter } from '../../emitters'
import { apply, type Operation } from '../../operation'
import { formatShape, sameShape, type Shape, type Tensor } from '../../tensor'
import { reduceSum } from '../reduce'
import { checkBias, conv2d, conv2dShape } from './conv2d'
import { convKernelGradient } from './convKernelGradient'
import { onnxConvolution, toChannelsFirst, toChannelsLast } from './onnxConvolution'
import { axisWindow, defaultWindow, tensorflowWindow, type WindowOptions } from './window'

interface TransposeAttributes {
  window: WindowOptions
  /** Of the result: batch × height × width × channels. */
  shape: Shape
}

const convTransposeOperation: Operation<TransposeAttributes> = {
  name: 'convTranspose2d',
  infer: ([y, kernel, bias], { window, shape }) => {
    if (!sameShape(conv2dShape(shape, kernel!.shape, window), y!.shape))
      throw new Error(
        `convTranspose2d: ${formatShape(shape)} through ${formatShape(kernel!.shape)} is not ${formatShape(y!.shape)}.`,
      )
    checkBias('convTranspose2d', bias, shape[3]!)
    return [{ shape, dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { window }, gradient: dx, needed }) => {
    const [y, kernel] = inputs as [Tensor, Tensor]
    const flows = [
      needed[0] ? conv2d(dx, kernel, null, window) : null,
      needed[1] ? convKernelGradient(dx, y, kernel.shape, window) : null,
    ]
    return inputs[2] ? [...flows, needed[2] ? reduceSum(dx, [0, 1, 2]) : null] : flows
  },
  tensorflow: (emit, [y, kernel, bias], { attributes: { window, shape } }) => {
    const sums = emit.node(
      'Conv2DBackpropInput',
      [batchedShape(emit, y!, shape), kernel!, y!],
      tensorflowWindow(window),
    )
    if (!bias) return sums
    return emit.node('BiasAdd', [sums, bias], { T: { type: 'float32' }, data_format: { s: 'NHWC' } })
  },
  onnx: (emit, inputs, { inputs: [, kernel], attributes: { window, shape } }) =>
    (window.stride === 1 ? correlated : scattered)(emit, inputs, kernel!.shape, shape, window),
}

/** int32 [4]: the shape with the batch of `like`. */
export function batchedShape(emit: TensorflowEmitter, like: string, shape: Shape): string {
  const sizes = emit.node('Shape', [like], { T: { type: 'float32' }, out_type: { type: 'int32' } })
  const int = { T: { type: 'int32' } } as const
  const batch = emit.node(
    'Slice',
    [sizes, emit.constant('int32', [1], [0]), emit.constant('int32', [1], [1])],
    { ...int, Index: { type: 'int32' } },
  )
  return emit.node(
    'ConcatV2',
    [batch, emit.constant('int32', [3], shape.slice(1)), emit.constant('int32', [], [0])],
    { ...int, Tidx: { type: 'int32' }, N: { i: 2 } },
  )
}

type OnnxForm = (
  emit: OnnxEmitter,
  inputs: readonly string[],
  kernelShape: Shape,
  shape: Shape,
  window: WindowOptions,
) => string

/** With stride 1 it is a convolution with the kernel turned by 180°, which ONNX Runtime does several times faster. */
const correlated: OnnxForm = (emit, [y, kernel, bias], kernelShape, shape, window) => {
  const [height, width, channels, filters] = kernelShape as [number, number, number, number]
  const pair = (first: number, second = first) => emit.constant('int64', [2], [first, second])
  const turned = emit.node('Slice', [kernel!, pair(-1), pair(Number.MIN_SAFE_INTEGER), pair(0, 1), pair(-1)])
  const swapped = emit.node('Transpose', [turned], { perm: [0, 1, 3, 2] })
  const [rows, columns] = [height, width].map((count, axis) => {
    const { before, after } = axisWindow(shape[axis + 1]!, count, window)
    const extent = (count - 1) * window.dilation
    return { before: extent - before, after: extent - after }
  })
  return onnxConvolution(emit, [y!, swapped, bias], {
    channels: filters,
    filters: channels,
    taps: [height, width],
    stride: 1,
    dilation: window.dilation,
    zeros: [rows!.before, columns!.before, rows!.after, columns!.after],
  })
}

const scattered: OnnxForm = (emit, [y, kernel, ...bias], kernelShape, shape, window) => {
  const taps = kernelShape.slice(0, 2)
  const weights = emit.node('Transpose', [kernel!], { perm: [3, 2, 0, 1] })
  const axes = taps.map((count, axis) => {
    const size = shape[axis + 1]!
    const { outputs, before, after } = axisWindow(size, count, window)
    const full = (outputs - 1) * window.stride + (count - 1) * window.dilation + 1
    return { before, after, missing: size - (full - before - after) }
  })
  const sums = emit.node('ConvTranspose', [toChannelsFirst(emit, y!), weights, ...bias], {
    kernel_shape: taps,
    strides: [window.stride, window.stride],
    dilations: [window.dilation, window.dilation],
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
    output_padding: axes.map(({ missing }) => missing),
  })
  return toChannelsLast(emit, sums)
}

/**
 * The transpose of `conv2d` as a linear map, which is also its gradient with respect to the images: a tied decoder's
 * layer reads the kernel of the encoder's.
 *
 * @param y what `conv2d` gives for images of `shape`
 * @param kernel as `conv2d` takes it, height × width × channels of the result × filters of y
 * @param shape batch × height × width × channels of the result
 * @param bias [channels of the result]
 */
export function convTranspose2d(
  y: Tensor,
  kernel: Tensor,
  shape: Shape,
  window: Partial<WindowOptions> = {},
  bias: Tensor | null = null,
): Tensor {
  const attributes = { window: { ...defaultWindow, ...window }, shape }
  return apply(convTransposeOperation, bias ? [y, kernel, bias] : [y, kernel], attributes)
}
