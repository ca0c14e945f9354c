import type { ActivationFacts } from './activation'

/** ln(1 + eˣ); dx = dy · sigmoid(x) */
export const softplus = {
  label: 'Softplus',
  compute: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  c: (x) => `fmaxf(${x}, 0) + log1pf(expf(-fabsf(${x})))`,
  numpy: 'np.logaddexp(0, x)',
  torch: 'F.softplus',
  graph: {
    tensorflow: { op: 'Softplus', gradient: 'SoftplusGrad', takes: ['dy', 'x'] },
    onnx: (emit, x) => emit.node('Softplus', [x]),
    onnxGradient: (emit, x, _, dy) => emit.node('Mul', [dy, emit.node('Sigmoid', [x])]),
    readFrom: 'Softplus',
  },
} as const satisfies ActivationFacts
