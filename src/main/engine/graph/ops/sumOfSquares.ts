import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'
import { mul } from './arithmetic'

const sumOfSquaresOperation: Operation<Record<string, never>> = {
  name: 'sumOfSquares',
  infer: () => [{ shape: [], dtype: 'float32' }],
  gradient: ({ inputs, gradient }) => [mul(inputs[0]!, mul(gradient, 2))],
  // L2Loss is ½·Σx² in one pass.
  tensorflow: (emit, inputs) =>
    emit.node(
      'Mul',
      [emit.node('L2Loss', inputs, { T: { type: 'float32' } }), emit.constant('float32', [], [2])],
      {
        T: { type: 'float32' },
      },
    ),
  onnx: (emit, inputs) => emit.node('ReduceSumSquare', inputs, { keepdims: 0 }),
}

/** Σx² over all elements, float32 [], without writing the squares. */
export function sumOfSquares(x: Tensor): Tensor {
  return apply(sumOfSquaresOperation, [x], {})
}
