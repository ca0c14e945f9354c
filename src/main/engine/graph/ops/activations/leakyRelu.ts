import { activation, onnxScalar } from './activation'

/** Slope for negative values. */
const alpha = 0.2

/** x where x > 0, else αx (α = 0.2) */
export const leakyRelu = activation({
  name: 'leaky-relu',
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
})
