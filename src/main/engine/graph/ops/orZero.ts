import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'
import { mul } from './arithmetic'

const orZeroOperation: Operation<Record<string, never>> = {
  name: 'orZero',
  infer: ([x]) => [{ shape: x!.shape, dtype: 'float32' }],
  gradient: ({ inputs, gradient }) => [mul(gradient, isKnown(inputs[0]!))],
  // 0 times NaN is 0 there.
  tensorflow: (emit, [x]) => {
    const known = knownInTensorflow(emit, x!)
    return emit.node('MulNoNan', [x!, known], { T: { type: 'float32' } })
  },
  onnx: (emit, [x]) => {
    const zero = emit.constant('float32', [], [0])
    return emit.node('Where', [emit.node('IsNaN', [x!]), zero, x!])
  },
}

type TensorflowEmitter = Parameters<Operation['tensorflow']>[0]

function knownInTensorflow(emit: TensorflowEmitter, x: string): string {
  const isNumber = emit.node('Equal', [x, x], { T: { type: 'float32' } })
  return emit.node('Cast', [isNumber], { SrcT: { type: 'bool' }, DstT: { type: 'float32' } })
}

const isKnownOperation: Operation<Record<string, never>> = {
  name: 'isKnown',
  infer: ([x]) => [{ shape: x!.shape, dtype: 'float32' }],
  tensorflow: (emit, [x]) => knownInTensorflow(emit, x!),
  onnx: (emit, [x]) => emit.node('Cast', [emit.node('Not', [emit.node('IsNaN', [x!])])], { to: 1 }),
}

/** x, and 0 where it is NaN, which says that a value is missing. The gradient there is 0. */
export const orZero = (x: Tensor): Tensor => apply(orZeroOperation, [x], {})

/** 1 where there is a number, 0 where there is NaN. No gradient flows. */
export const isKnown = (x: Tensor): Tensor => apply(isKnownOperation, [x], {})
