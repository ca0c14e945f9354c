import { onnxScalar } from '../onnxNodes'
import type { ActivationFacts } from './activation'

/** tanh x; dx = dy · (1 − y²) */
export const tanh = {
  label: 'Tanh',
  compute: Math.tanh,
  c: (x) => `tanhf(${x})`,
  numpy: 'np.tanh(x)',
  torch: 'torch.tanh',
  graph: {
    tensorflow: { op: 'Tanh', gradient: 'TanhGrad', takes: ['y', 'dy'] },
    onnx: (emit, x) => emit.node('Tanh', [x]),
    onnxGradient: (emit, _, y, dy) =>
      emit.node('Mul', [dy, emit.node('Sub', [onnxScalar(emit, 1), emit.node('Mul', [y, y])])]),
    readFrom: 'Tanh',
  },
} as const satisfies ActivationFacts
