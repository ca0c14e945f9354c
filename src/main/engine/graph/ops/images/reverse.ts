import { apply, type Operation } from '../../operation'
import { BATCH, formatShape, type Tensor } from '../../tensor'

const reverseOperation: Operation<{ axis: number }> = {
  name: 'reverse',
  infer: ([x], { axis }) => {
    const size = x!.shape[axis]
    if (size === undefined || size === BATCH)
      throw new Error(`reverse: axis ${axis} of ${formatShape(x!.shape)} cannot be turned over.`)
    return [{ shape: x!.shape, dtype: 'float32' }]
  },
  gradient: ({ attributes: { axis }, gradient }) => [reverse(gradient, axis)],
  tensorflow: (emit, [x], { attributes: { axis } }) =>
    emit.node('ReverseV2', [x!, emit.constant('int32', [1], [axis])], {
      T: { type: 'float32' },
      Tidx: { type: 'int32' },
    }),
  onnx: (emit, [x], { attributes: { axis } }) => {
    const one = (value: number) => emit.constant('int64', [1], [value])
    return emit.node('Slice', [x!, one(-1), one(Number.MIN_SAFE_INTEGER), one(axis), one(-1)])
  },
}

/** The same values in reverse order along an axis other than the batch. */
export function reverse(x: Tensor, axis: number): Tensor {
  return x.shape[axis] === 1 ? x : apply(reverseOperation, [x], { axis })
}
