import { onnxScalar } from '../onnxNodes'
import type { ActivationFacts } from './activation'

/** Slope for negative values. */
const alpha = 0.2

/** x where x > 0, else αx (α = 0.2) */
export const leakyRelu = {
  label: 'Leaky ReLU',
  compute: (x) => (x > 0 ? x : alpha * x),
  c: (x) => `${x} > 0 ? ${x} : 0.2f * ${x}`,
  numpy: 'np.where(x > 0, x, 0.2 * x)',
  torch: 'lambda x: F.leaky_relu(x, 0.2)',
  graph: {
    tensorflow: {
      op: 'LeakyRelu',
      gradient: 'LeakyReluGrad',
      takes: ['dy', 'x'],
      attributes: { alpha: { f: alpha } },
    },
    onnx: (emit, x) => emit.node('LeakyRelu', [x], { alpha: { f: alpha } }),
    onnxGradient: (emit, x, _, dy) => {
      const positive = emit.node('Greater', [x, onnxScalar(emit, 0)])
      return emit.node('Where', [positive, dy, emit.node('Mul', [dy, onnxScalar(emit, alpha)])])
    },
  },
} as const satisfies ActivationFacts
