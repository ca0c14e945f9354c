import { activation, onnxScalar } from './activation'

/** x where x > 0, else eˣ − 1; dx = dy · min(y + 1, 1) */
export const elu = activation({
  name: 'elu',
  tensorflow: { op: 'Elu', gradient: 'EluGrad', takes: ['dy', 'y'] },
  onnx: (emit, x) => emit.node('Elu', [x], { alpha: { f: 1 } }),
  onnxGradient: (emit, _, y, dy) => {
    const one = onnxScalar(emit, 1)
    return emit.node('Mul', [dy, emit.node('Min', [emit.node('Add', [y, one]), one])])
  },
})
