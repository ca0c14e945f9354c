import { onnxScalar } from '../onnxNodes'
import type { ActivationFacts } from './activation'

/** x where x > 0, else eˣ − 1; dx = dy · min(y + 1, 1) */
export const elu = {
  label: 'ELU',
  compute: (x) => (x > 0 ? x : Math.expm1(x)),
  c: (x) => `${x} > 0 ? ${x} : expm1f(${x})`,
  numpy: 'np.where(x > 0, x, np.expm1(np.minimum(x, 0)))',
  torch: 'F.elu',
  graph: {
    tensorflow: { op: 'Elu', gradient: 'EluGrad', takes: ['dy', 'y'] },
    onnx: (emit, x) => emit.node('Elu', [x], { alpha: { f: 1 } }),
    onnxGradient: (emit, _, y, dy) => {
      const one = onnxScalar(emit, 1)
      return emit.node('Mul', [dy, emit.node('Min', [emit.node('Add', [y, one]), one])])
    },
  },
} as const satisfies ActivationFacts
