import { onnxScalar } from '../onnxNodes'
import type { ActivationFacts } from './activation'

/** Klambauer et al. 2017: with these two, mean 0 and variance 1 stay what they are from layer to layer. */
const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/** λx where x > 0, else λα(eˣ − 1); dx = dy · λ where y > 0, else dy · (y + λα) */
export const selu = {
  label: 'SELU',
  compute: (x) => scale * (x > 0 ? x : alpha * Math.expm1(x)),
  c: (x) => `${x} > 0 ? 1.05070099f * ${x} : 1.75809934f * expm1f(${x})`,
  numpy: '1.05070099 * np.where(x > 0, x, 1.67326324 * np.expm1(np.minimum(x, 0)))',
  torch: 'F.selu',
  graph: {
    tensorflow: { op: 'Selu', gradient: 'SeluGrad', takes: ['dy', 'y'] },
    onnx: (emit, x) => emit.node('Selu', [x], { alpha: { f: alpha }, gamma: { f: scale } }),
    onnxGradient: (emit, _, y, dy) => {
      const positive = emit.node('Greater', [y, onnxScalar(emit, 0)])
      const slope = emit.node('Where', [
        positive,
        onnxScalar(emit, scale),
        emit.node('Add', [y, onnxScalar(emit, scale * alpha)]),
      ])
      return emit.node('Mul', [dy, slope])
    },
  },
} as const satisfies ActivationFacts
