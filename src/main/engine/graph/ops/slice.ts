import { apply, type Operation } from '../operation'
import { BATCH, formatShape, type Tensor } from '../tensor'
import { concat } from './concat'
import { broadcastLike } from './broadcast'
import { fill } from './constant'

interface SliceAttributes {
  axis: number
  start: number
  size: number
}

const sliceOperation: Operation<SliceAttributes> = {
  name: 'slice',
  infer: ([x], { axis, start, size }) => {
    const length = x!.shape[axis]
    if (length === undefined || length === BATCH || start < 0 || size < 1 || start + size > length)
      throw new Error(
        `slice: ${start}..${start + size} is not inside axis ${axis} of ${formatShape(x!.shape)}.`,
      )
    return [{ shape: x!.shape.map((n, i) => (i === axis ? size : n)), dtype: x!.dtype }]
  },
  gradient: ({ inputs: [x], attributes: { axis, start, size }, gradient }) => {
    const zeros = (from: number, count: number) =>
      count ? [broadcastLike(fill([], 0), slice(x!, axis, from, count))] : []
    return [
      concat([...zeros(0, start), gradient, ...zeros(start + size, x!.shape[axis]! - start - size)], axis),
    ]
  },
  tensorflow: (emit, [x], { attributes: { axis, start, size }, inputs, outputs }) => {
    const rank = inputs[0]!.shape.length
    const all = (value: number, other: number) =>
      Array.from({ length: rank }, (_, i) => (i === axis ? value : other))
    return emit.node(
      'Slice',
      [x!, emit.constant('int32', [rank], all(start, 0)), emit.constant('int32', [rank], all(size, -1))],
      { T: { type: outputs[0]!.dtype }, Index: { type: 'int32' } },
    )
  },
  onnx: (emit, [x], { attributes: { axis, start, size } }) => {
    const one = (value: number) => emit.constant('int64', [1], [value])
    return emit.node('Slice', [x!, one(start), one(start + size), one(axis)])
  },
}

/** Elements `start` to `start + size` along an axis other than the batch. */
export function slice(x: Tensor, axis: number, start: number, size: number): Tensor {
  return apply(sliceOperation, [x], { axis, start, size })
}
