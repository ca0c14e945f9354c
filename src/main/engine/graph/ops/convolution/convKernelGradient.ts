import { apply, type Operation } from '../../operation'
import { formatShape, sameShape, type Shape, type Tensor } from '../../tensor'
import { toChannelsFirst } from './onnxConvolution'
import { conv2d, conv2dShape } from './conv2d'
import { convTranspose2d } from './convTranspose2d'
import { axisWindow, tensorflowWindow, type WindowOptions } from './window'

interface KernelAttributes {
  window: WindowOptions
  /** Of the kernel: height × width × channels × filters. */
  shape: Shape
}

const kernelGradientOperation: Operation<KernelAttributes> = {
  name: 'convKernelGradient',
  infer: ([x, dy], { window, shape }) => {
    if (!sameShape(conv2dShape(x!.shape, shape, window), dy!.shape))
      throw new Error(
        `convKernelGradient: ${formatShape(x!.shape)} through ${formatShape(shape)} is not ${formatShape(dy!.shape)}.`,
      )
    return [{ shape, dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { window }, gradient: dk, needed }) => {
    const [x, dy] = inputs as [Tensor, Tensor]
    return [
      needed[0] ? convTranspose2d(dy, dk, x.shape, window) : null,
      needed[1] ? conv2d(x, dk, null, window) : null,
    ]
  },
  tensorflow: (emit, [x, dy], { attributes: { window, shape } }) =>
    emit.node(
      'Conv2DBackpropFilter',
      [x!, emit.constant('int32', [4], shape), dy!],
      tensorflowWindow(window),
    ),
  onnx: (emit, [x, dy], { inputs, attributes: { window, shape } }) => {
    const [height, width, channels, filters] = shape as [number, number, number, number]
    const [images, results] = inputs.map((input) => input.shape)
    const rows = meetings(images![1]!, height, window)
    const columns = meetings(images![2]!, width, window)
    const [imageWidth, resultRows, resultWidth] = [images![2]!, results![1]!, results![2]!]
    const pixels = resultRows * imageWidth
    const ints = (values: readonly number[]) => emit.constant('int64', [values.length], values)
    const zeroAfter = (value: string, axis: number, of: number) =>
      emit.node('Pad', [value, ints([...zeros(of), ...zeros(of).fill(1, axis, axis + 1)])])
    // The rows of the images that each tap meets, in the order of the rows of the result.
    const met = rows.flatMap((tap) => tap.map((row) => row ?? images![1]!))
    const first = toChannelsFirst(emit, x!)
    const lines = met.includes(images![1]!) ? zeroAfter(first, 2, 4) : first
    const shifted = emit.node('Gather', [lines, emit.constant('int32', [height, resultRows], met)], {
      axis: 2,
    })
    const left = emit.node('Reshape', [shifted, ints([-1, 1, channels * height, pixels])])
    // And what came of each pixel of those rows, through a tap of each column.
    const nothing = resultRows * resultWidth
    const came = resultOf(columns, imageWidth).flatMap((tap) =>
      Array.from({ length: resultRows }, (_, row) =>
        tap.map((column) => (column === null ? nothing : row * resultWidth + column)),
      ).flat(),
    )
    const flat = emit.node('Reshape', [dy!, ints([-1, nothing, filters])])
    const line = came.includes(nothing) ? zeroAfter(flat, 1, 3) : flat
    const right = emit.node('Gather', [line, emit.constant('int32', [width, pixels], came)], { axis: 1 })
    const products = emit.node('MatMul', [left, right])
    const summed = emit.node('ReduceSum', [products, ints([0])], { keepdims: 0 })
    const taps = emit.node('Reshape', [summed, ints([width, channels, height, filters])])
    return emit.node('Transpose', [taps], { perm: [2, 0, 1, 3] })
  },
}

const zeros = (count: number) => new Array<number>(count).fill(0)

/** For each tap and each result along one axis the pixel that they meet, null for the zeros around. */
function meetings(size: number, taps: number, window: WindowOptions): (number | null)[][] {
  const { outputs, before } = axisWindow(size, taps, window)
  return Array.from({ length: taps }, (_, tap) =>
    Array.from({ length: outputs }, (_, result) => {
      const pixel = result * window.stride + tap * window.dilation - before
      return pixel >= 0 && pixel < size ? pixel : null
    }),
  )
}

/** For each tap and each pixel along one axis the result that they make, null where there is none. */
function resultOf(met: readonly (readonly (number | null)[])[], size: number): (number | null)[][] {
  return met.map((tap) => {
    const made = new Array<number | null>(size).fill(null)
    tap.forEach((pixel, result) => {
      if (pixel !== null) made[pixel] = result
    })
    return made
  })
}

/**
 * ∂loss/∂kernel of `conv2d`: dk[k,l,c,o] = Σ x[b, i·stride + k·dilation, j·stride + l·dilation, c] · dy[b,i,j,o].
 *
 * @param dy ∂loss/∂y, as `conv2d` gives it for `x`
 * @param shape of the kernel
 */
export function convKernelGradient(x: Tensor, dy: Tensor, shape: Shape, window: WindowOptions): Tensor {
  return apply(kernelGradientOperation, [x, dy], { window, shape })
}
