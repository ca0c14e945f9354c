import { activation, onnxScalar } from './activation'

/** max(x, 0); dx = dy where y > 0 */
export const relu = activation({
  name: 'relu',
  tensorflow: { op: 'Relu', gradient: 'ReluGrad', takes: ['dy', 'y'] },
  onnx: (emit, x) => emit.node('Relu', [x]),
  onnxGradient: (emit, _, y, dy) =>
    emit.node('Where', [emit.node('Greater', [y, onnxScalar(emit, 0)]), dy, onnxScalar(emit, 0)]),
})
