import { apply, type Operation } from '../../operation'
import { formatShape, type Shape, type Tensor } from '../../tensor'
import { mul } from '../arithmetic'
import { concat } from '../concat'
import { reduceSum } from '../reduce'
import { reshape } from '../reshape'
import { slice } from '../slice'
import { pad } from '../images/pad'
import { toChannelsFirst, toChannelsLast } from './onnxConvolution'
import { axisWindow, checkImages, defaultWindow, type WindowOptions } from './window'

/** Without dilation, and with stride 1: what separable convolutions and image filters take. */
type DepthwiseOptions = Pick<WindowOptions, 'padding'>

function windowsOf(x: Shape, kernel: Shape, { padding }: DepthwiseOptions) {
  const options = { ...defaultWindow, padding }
  const [rows, columns] = [0, 1].map((axis) => axisWindow(x[axis + 1]!, kernel[axis]!, options))
  return { rows: rows!, columns: columns! }
}

const depthwiseOperation: Operation<DepthwiseOptions> = {
  name: 'depthwiseConv2d',
  infer: ([x, kernel], options) => {
    checkImages('depthwiseConv2d', x!.shape)
    if (kernel!.shape.length !== 3 || kernel!.shape[2] !== x!.shape[3])
      throw new Error(
        `depthwiseConv2d: a kernel of ${formatShape(kernel!.shape)} does not fit ${formatShape(x!.shape)}.`,
      )
    const { rows, columns } = windowsOf(x!.shape, kernel!.shape, options)
    return [{ shape: [x!.shape[0]!, rows.outputs, columns.outputs, x!.shape[3]!], dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes, gradient: dy, needed }) => {
    const [x, kernel] = inputs as [Tensor, Tensor]
    return [
      needed[0] ? imageGradient(x, kernel, dy, attributes) : null,
      needed[1] ? kernelGradient(x, kernel, dy, attributes) : null,
    ]
  },
  tensorflow: (emit, [x, kernel], { inputs, attributes: { padding } }) => {
    const shape = [...inputs[1]!.shape, 1]
    const taps = emit.node('Reshape', [kernel!, emit.constant('int32', [4], shape)], {
      T: { type: 'float32' },
      Tshape: { type: 'int32' },
    })
    return emit.node('DepthwiseConv2dNative', [x!, taps], {
      T: { type: 'float32' },
      strides: { ints: [1, 1, 1, 1] },
      dilations: { ints: [1, 1, 1, 1] },
      padding: { s: padding.toUpperCase() },
      data_format: { s: 'NHWC' },
    })
  },
  onnx: (emit, [x, kernel], { inputs, attributes }) => {
    const [images, taps] = inputs.map(({ shape }) => shape)
    const [height, width, channels] = taps as [number, number, number]
    const { rows, columns } = windowsOf(images!, taps!, attributes)
    const first = emit.node('Transpose', [kernel!], { perm: [2, 0, 1] })
    const weights = emit.node('Reshape', [first, emit.constant('int64', [4], [channels, 1, height, width])])
    const sums = emit.node('Conv', [toChannelsFirst(emit, x!), weights], {
      group: channels,
      kernel_shape: [height, width],
      pads: [rows.before, columns.before, rows.after, columns.after],
    })
    return toChannelsLast(emit, sums)
  },
}

/** Every tap hands back to the pixel that it met. */
function imageGradient(x: Tensor, kernel: Tensor, dy: Tensor, options: DepthwiseOptions): Tensor {
  const { rows, columns } = windowsOf(x.shape, kernel.shape, options)
  const [height, width] = kernel.shape as [number, number, number]
  const margins = {
    top: height - 1 - rows.before,
    bottom: height - 1 - rows.after,
    left: width - 1 - columns.before,
    right: width - 1 - columns.after,
  }
  const turned = reverseTaps(kernel)
  return depthwiseConv2d(pad(dy, margins, 'zero'), turned, { padding: 'valid' })
}

function reverseTaps(kernel: Tensor): Tensor {
  const [height, width, channels] = kernel.shape as [number, number, number]
  const taps = reshape(kernel, [height * width, channels])
  const count = height * width
  const rows = Array.from({ length: count }, (_, i) => slice(taps, 0, count - 1 - i, 1))
  return reshape(concat(rows, 0), kernel.shape)
}

function kernelGradient(x: Tensor, kernel: Tensor, dy: Tensor, options: DepthwiseOptions): Tensor {
  const { rows, columns } = windowsOf(x.shape, kernel.shape, options)
  const [height, width, channels] = kernel.shape as [number, number, number]
  const margins = { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after }
  const around = pad(x, margins, 'zero')
  const taps = Array.from({ length: height * width }, (_, tap) => {
    const met = slice(
      slice(around, 1, Math.floor(tap / width), rows.outputs),
      2,
      tap % width,
      columns.outputs,
    )
    return reshape(reduceSum(mul(met, dy), [0, 1, 2]), [1, channels])
  })
  return reshape(concat(taps, 0), kernel.shape)
}

/**
 * A convolution of each channel with a kernel of its own: y[b,i,j,c] = Σ x[b, i+k, j+l, c] · kernel[k,l,c].
 *
 * @param x batch × height × width × channels
 * @param kernel height × width × channels
 */
export function depthwiseConv2d(
  x: Tensor,
  kernel: Tensor,
  options: DepthwiseOptions = { padding: 'same' },
): Tensor {
  return apply(depthwiseOperation, [x, kernel], options)
}
