import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'
import { reduceSum } from './reduce'

const biasAddOperation: Operation<Record<string, never>> = {
  name: 'biasAdd',
  infer: ([x, bias]) => {
    if (x!.shape.length < 2 || bias!.shape.length !== 1 || bias!.shape[0] !== x!.shape.at(-1))
      throw new Error(`biasAdd: a bias of ${formatShape(bias!.shape)} does not fit ${formatShape(x!.shape)}.`)
    return [{ shape: x!.shape, dtype: 'float32' }]
  },
  gradient: ({ inputs: [x], gradient, needed }) => [
    gradient,
    needed[1]
      ? reduceSum(
          gradient,
          x!.shape.slice(0, -1).map((_, axis) => axis),
        )
      : null,
  ],
  tensorflow: (emit, inputs) =>
    emit.node('BiasAdd', inputs, { T: { type: 'float32' }, data_format: { s: 'NHWC' } }),
  onnx: (emit, inputs) => emit.node('Add', inputs),
}

/** Adds a vector along the last axis: [..., n] + [n]. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return apply(biasAddOperation, [x, bias], {})
}
