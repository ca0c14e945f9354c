import type { OnnxEmitter } from '../../emitters'
import { apply, type Operation } from '../../operation'
import { formatShape, sameShape, type Shape, type Tensor } from '../../tensor'
import { toChannelsFirst } from './onnxLayout'
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
    if (window.stride === 1)
      return shifted(emit, [x!, dy!], [inputs[0]!.shape, inputs[1]!.shape], shape, window)
    const [height, width, channels, filters] = shape as [number, number, number, number]
    const images = inputs[0]!.shape
    const rows = axisWindow(images[1]!, height, window)
    const columns = axisWindow(images[2]!, width, window)
    const padded = zerosAround(emit, x!, rows, columns)
    const flat = (value: string, size: number) =>
      emit.node('Reshape', [value, emit.constant('int64', [2], [-1, size])])
    const gradient = flat(dy!, filters)
    // One product for each tap of the kernel: what of the images it met, times what came of it.
    const taps = Array.from({ length: height * width }, (_, tap) => {
      const from = [Math.floor(tap / width) * window.dilation, (tap % width) * window.dilation] as const
      const met = strided(emit, padded, from, [rows.outputs, columns.outputs], window.stride)
      return emit.node('Gemm', [flat(met, channels), gradient], { transA: 1, transB: 0 })
    })
    const joined = emit.node('Concat', taps, { axis: 0 })
    return emit.node('Reshape', [joined, emit.constant('int64', [4], shape)])
  },
}

/**
 * With stride 1 a tap meets the image shifted. Where every row of both ends in the same zeros, a shift is a step along the
 * pixels in a row. The image is shifted by columns and what came of it the other way by rows, so that each is copied as
 * often as the kernel is wide or high, and one product gives all taps of a column.
 */
function shifted(
  emit: OnnxEmitter,
  [x, dy]: readonly [string, string],
  [images, results]: readonly [Shape, Shape],
  [height, width, channels, filters]: Shape,
  window: WindowOptions,
): string {
  const rows = axisWindow(images[1]!, height!, window)
  const columns = axisWindow(images[2]!, width!, window)
  const rowLength = images[2]! + columns.before + columns.after
  const paddedRows = images[1]! + rows.before + rows.after
  const ints = (values: readonly number[]) => emit.constant('int64', [values.length], values)
  const padded = emit.node('Pad', [
    toChannelsFirst(emit, x),
    ints([0, 0, rows.before, columns.before, 0, 0, rows.after, columns.after]),
  ])
  const flat = emit.node('Reshape', [padded, ints([-1, channels!, paddedRows * rowLength])])
  const spread = emit.node('Pad', [
    toChannelsFirst(emit, dy),
    ints([0, 0, 0, 0, 0, 0, 0, rowLength - results[2]!]),
  ])
  const lines = results[1]! * rowLength
  const gradient = emit.node('Reshape', [spread, ints([-1, filters!, lines])])
  const length = paddedRows * rowLength - (width! - 1) * window.dilation
  const joined = (parts: readonly string[]) =>
    parts.length > 1 ? emit.node('Concat', parts, { axis: 1 }) : parts[0]!
  const down = Array.from({ length: height! }, (_, row) => {
    const before = row * rowLength * window.dilation
    // Less than nothing after it where the zeros at its end are too many.
    return emit.node('Pad', [gradient, ints([0, 0, before, 0, 0, length - before - lines])])
  })
  const met = emit.node('Transpose', [joined(down)], { perm: [0, 2, 1] })
  const across = Array.from({ length: width! }, (_, column) => {
    const from = column * window.dilation
    const part = emit.node('Slice', [flat, ints([from]), ints([from + length]), ints([2])])
    return emit.node('MatMul', [part, met])
  })
  const summed = emit.node('ReduceSum', [joined(across), ints([0])], { keepdims: 0 })
  const taps = emit.node('Reshape', [summed, ints([width!, channels!, height!, filters!])])
  return emit.node('Transpose', [taps], { perm: [2, 0, 1, 3] })
}

type Zeros = { readonly before: number; readonly after: number }

function zerosAround(emit: OnnxEmitter, x: string, rows: Zeros, columns: Zeros): string {
  const pads = [0, rows.before, columns.before, 0, 0, rows.after, columns.after, 0]
  return pads.some(Boolean) ? emit.node('Pad', [x, emit.constant('int64', [8], pads)]) : x
}

function strided(
  emit: OnnxEmitter,
  x: string,
  from: readonly [number, number],
  outputs: readonly [number, number],
  stride: number,
): string {
  const pair = (values: readonly number[]) => emit.constant('int64', [2], values)
  const to = from.map((start, axis) => start + (outputs[axis]! - 1) * stride + 1)
  return emit.node('Slice', [x, pair(from), pair(to), pair([1, 2]), pair([stride, stride])])
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
