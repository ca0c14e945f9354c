import { apply, type Operation } from '../operation'
import { type Shape, sizeOf, type Tensor } from '../tensor'

const constantOperation: Operation<{ shape: Shape; values: readonly number[] }> = {
  name: 'constant',
  infer: (_, { shape }) => [{ shape, dtype: 'float32' }],
  tensorflow: (emit, _, { attributes }) => emit.constant('float32', attributes.shape, attributes.values),
  onnx: (emit, _, { attributes }) => emit.constant('float32', attributes.shape, attributes.values),
}

/** @param values row-major, as many as the static shape holds */
export function constant(shape: Shape, values: readonly number[]): Tensor {
  if (values.length !== sizeOf(shape))
    throw new Error(`constant: ${values.length} values do not fill ${shape}.`)
  return apply(constantOperation, [], { shape, values })
}

export function fill(shape: Shape, value: number): Tensor {
  return constant(shape, new Array<number>(sizeOf(shape)).fill(value))
}
