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

/**
 * What a product that can transpose its factors should read: a matrix that is a transpose of another is taken as that
 * other, transposed the other way.
 */
export function readTransposed(matrix: Tensor, transposed: boolean): { of: Tensor; transposed: boolean } {
  const { operation, attributes, inputs } = matrix.node
  if (operation !== transposeOperation || matrix.shape.length !== 2) return { of: matrix, transposed }
  const { order } = attributes as { order: readonly number[] }
  return { of: inputs[0]!, transposed: order[0] === 1 ? !transposed : transposed }
}
