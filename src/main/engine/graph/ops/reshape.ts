import { apply, type Operation } from '../operation'
import { BATCH, formatShape, sameShape, type Shape, type Tensor } from '../tensor'

const reshapeOperation: Operation<{ shape: Shape }> = {
  name: 'reshape',
  infer: ([x], { shape }) => {
    const elements = (s: Shape) => s.reduce((product, size) => product * (size === BATCH ? 1 : size), 1)
    if (elements(x!.shape) !== elements(shape) || x!.shape.includes(BATCH) !== shape.includes(BATCH))
      throw new Error(`reshape: ${formatShape(x!.shape)} does not fill ${formatShape(shape)}.`)
    return [{ shape, dtype: x!.dtype }]
  },
  gradient: ({ inputs, gradient }) => [reshape(gradient, inputs[0]!.shape)],
  tensorflow: (emit, [x], { attributes: { shape }, outputs }) =>
    emit.node('Reshape', [x!, emit.constant('int32', [shape.length], shape)], {
      T: { type: outputs[0]!.dtype },
      Tshape: { type: 'int32' },
    }),
  onnx: (emit, [x], { attributes: { shape } }) =>
    emit.node('Reshape', [x!, emit.constant('int64', [shape.length], shape)]),
}

/** The same elements in row-major order under another shape. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(reshapeOperation, [x], { shape })
}
