import { activation } from './activation'

/** ln(1 + eˣ); dx = dy · sigmoid(x) */
export const softplus = activation({
  name: 'softplus',
  tensorflow: { op: 'Softplus', gradient: 'SoftplusGrad', takes: ['dy', 'x'] },
  onnx: (emit, x) => emit.node('Softplus', [x]),
  onnxGradient: (emit, x, _, dy) => emit.node('Mul', [dy, emit.node('Sigmoid', [x])]),
})
