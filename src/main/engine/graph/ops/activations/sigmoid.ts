import { activation } from './activation'

/** 1 / (1 + e⁻ˣ); dx = dy · (y − y²) */
export const sigmoid = activation({
  name: 'sigmoid',
  tensorflow: { op: 'Sigmoid', gradient: 'SigmoidGrad', takes: ['y', 'dy'] },
  onnx: (emit, x) => emit.node('Sigmoid', [x]),
  onnxGradient: (emit, _, y, dy) => emit.node('Mul', [dy, emit.node('Sub', [y, emit.node('Mul', [y, y])])]),
})
