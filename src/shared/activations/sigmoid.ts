import type { ActivationFacts } from './activation'

/** 1 / (1 + e⁻ˣ); dx = dy · (y − y²) */
export const sigmoid = {
  label: 'Sigmoid',
  compute: (x) => 1 / (1 + Math.exp(-x)),
  c: (x) => `1 / (1 + expf(-${x}))`,
  numpy: '0.5 * (1 + np.tanh(0.5 * x))',
  torch: 'torch.sigmoid',
  graph: {
    tensorflow: { op: 'Sigmoid', gradient: 'SigmoidGrad', takes: ['y', 'dy'] },
    onnx: (emit, x) => emit.node('Sigmoid', [x]),
    onnxGradient: (emit, _, y, dy) => emit.node('Mul', [dy, emit.node('Sub', [y, emit.node('Mul', [y, y])])]),
    readFrom: 'Sigmoid',
  },
} as const satisfies ActivationFacts
