import { activation, onnxScalar } from './activation'

/** Klambauer et al. 2017: with these two, mean 0 and variance 1 stay what they are from layer to layer. */
const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/** λx where x > 0, else λα(eˣ − 1); dx = dy · λ where y > 0, else dy · (y + λα) */
export const selu = activation({
  name: 'selu',
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
})
