import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'

const transposeOperation: Operation<{ order: readonly number[] }> = {
  name: 'transpose',
  infer: ([x], { order }) => {
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x!.shape.length)
      throw new Error(`transpose: ${order} is no order of the axes of ${formatShape(x!.shape)}.`)
    return [{ shape: order.map((axis) => x!.shape[axis]!), dtype: x!.dtype }]
  },
  gradient: ({ attributes: { order }, gradient }) => [
    transpose(
      gradient,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  tensorflow: (emit, [x], { attributes: { order }, outputs }) =>
    emit.node('Transpose', [x!, emit.constant('int32', [order.length], order)], {
      T: { type: outputs[0]!.dtype },
      Tperm: { type: 'int32' },
    }),
  onnx: (emit, inputs, { attributes: { order } }) => emit.node('Transpose', inputs, { perm: order }),
}

/** Axis i of the result is axis `order[i]` of x; without an order the axes are reversed. */
export function transpose(
  x: Tensor,
  order: readonly number[] = x.shape.map((_, axis) => axis).reverse(),
): Tensor {
  return apply(transposeOperation, [x], { order })
}
