import { apply, type Operation } from '../../operation'
import { formatShape, type Shape, type Tensor, type TensorType } from '../../tensor'
import { pad } from '../images/pad'
import { reduceSum } from '../reduce'
import { convKernelGradient } from './convKernelGradient'
import { convTranspose2d } from './convTranspose2d'
import { onnxConvolution } from './onnxConvolution'
import {
  axisWindow,
  checkImages,
  type ConvolutionPadding,
  defaultWindow,
  tensorflowWindow,
  type WindowOptions,
} from './window'

/** The shape of conv2d's result. @throws Error when the kernel does not fit */
export function conv2dShape(x: Shape, kernel: Shape, window: WindowOptions): Shape {
  checkImages('conv2d', x)
  if (kernel.length !== 4 || kernel[2] !== x[3])
    throw new Error(`conv2d: a kernel of ${formatShape(kernel)} does not fit ${formatShape(x)}.`)
  const [height, width] = [0, 1].map((axis) => axisWindow(x[axis + 1]!, kernel[axis]!, window).outputs)
  return [x[0]!, height!, width!, kernel[3]!]
}

const conv2dOperation: Operation<WindowOptions> = {
  name: 'conv2d',
  infer: ([x, kernel, bias], window) => {
    const shape = conv2dShape(x!.shape, kernel!.shape, window)
    checkBias('conv2d', bias, shape[3]!)
    return [{ shape, dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: window, gradient: dy, needed }) => {
    const [x, kernel] = inputs as [Tensor, Tensor]
    const flows = [
      needed[0] ? convTranspose2d(dy, kernel, x.shape, window) : null,
      needed[1] ? convKernelGradient(x, dy, kernel.shape, window) : null,
    ]
    return inputs[2] ? [...flows, needed[2] ? reduceSum(dy, [0, 1, 2]) : null] : flows
  },
  tensorflow: (emit, [x, kernel, bias], { attributes: window }) => {
    const sums = emit.node('Conv2D', [x!, kernel!], tensorflowWindow(window))
    if (!bias) return sums
    return emit.node('BiasAdd', [sums, bias], { T: { type: 'float32' }, data_format: { s: 'NHWC' } })
  },
  onnx: (emit, [x, kernel, bias], { inputs, attributes: window }) => {
    const [images, taps] = inputs.map(({ shape }) => shape)
    const [h, w] = [0, 1].map((axis) => axisWindow(images![axis + 1]!, taps![axis]!, window))
    const [height, width, channels, filters] = taps as [number, number, number, number]
    return onnxConvolution(emit, [x!, kernel!, bias], {
      channels,
      filters,
      taps: [height, width],
      stride: window.stride,
      dilation: window.dilation,
      zeros: [h!.before, w!.before, h!.after, w!.after],
    })
  },
}

export function checkBias(operation: string, bias: TensorType | undefined, channels: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== channels))
    throw new Error(`${operation}: a bias of ${formatShape(bias.shape)} does not fit ${channels} channels.`)
}

export type ConvolutionOptions = Partial<Omit<WindowOptions, 'padding'>> & {
  readonly padding?: ConvolutionPadding | 'reflect'
}

/**
 * y[b,i,j,o] = Σ x[b, i·stride + k·dilation, j·stride + l·dilation, c] · kernel[k,l,c,o] + bias[o], around x zeros, or x
 * mirrored with `reflect`, which gives as many outputs as `same`.
 *
 * @param x batch × height × width × channels
 * @param kernel height × width × channels × filters
 * @param bias [filters]
 */
export function conv2d(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | null = null,
  { padding = 'same', ...options }: ConvolutionOptions = {},
): Tensor {
  if (padding === 'reflect') {
    const [vertical, horizontal] = [0, 1].map((axis) =>
      axisWindow(x.shape[axis + 1]!, kernel.shape[axis]!, { ...defaultWindow, ...options }),
    )
    const margins = {
      top: vertical!.before,
      bottom: vertical!.after,
      left: horizontal!.before,
      right: horizontal!.after,
    }
    return conv2d(pad(x, margins, 'reflect'), kernel, bias, { ...options, padding: 'valid' })
  }
  const inputs = bias ? [x, kernel, bias] : [x, kernel]
  return apply(conv2dOperation, inputs, { ...defaultWindow, ...options, padding })
}
