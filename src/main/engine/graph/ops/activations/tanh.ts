import { activation, onnxScalar } from './activation'

/** tanh x; dx = dy · (1 − y²) */
export const tanh = activation({
  name: 'tanh',
  tensorflow: { op: 'Tanh', gradient: 'TanhGrad', takes: ['y', 'dy'] },
  onnx: (emit, x) => emit.node('Tanh', [x]),
  onnxGradient: (emit, _, y, dy) =>
    emit.node('Mul', [dy, emit.node('Sub', [onnxScalar(emit, 1), emit.node('Mul', [y, y])])]),
})
