import { applyOperation, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'
import type { Variable } from '../../variable'
import { onnxScalar } from '../../../../../shared/onnxNodes'

export interface AdamAttributes {
  beta1: number
  beta2: number
  epsilon: number
  /** What the gradient that comes in was multiplied by. */
  gradientFactor: number
  /** The weight, its first and its second moment. */
  variables: readonly [Variable, Variable, Variable]
}

/** 1 − β as TensorFlow's kernel has it, in float32: for β₂ = 0.999 that is 1.3e-5 off, which would set the runtimes apart. */
export const complement = (beta: number) => Math.fround(1 - Math.fround(beta))

const adamOperation: Operation<AdamAttributes> = {
  name: 'adam',
  infer: ([weight]) => [weight!, weight!, weight!].map(({ shape, dtype }) => ({ shape, dtype })),
  tensorflow: (emit, inputs, { attributes: { beta1, beta2, epsilon, gradientFactor, variables } }) => {
    const number = (value: number) => emit.constant('float32', [], [value])
    const targets = variables.map((variable, i) => ({ variable, value: inputs[i]! }))
    // Powers of β given as 0 switch off the kernel's own bias correction: the step size brings it.
    const powers = [number(0), number(0)]
    const gradient =
      gradientFactor === 1
        ? inputs[3]!
        : emit.node('Mul', [inputs[3]!, number(1 / gradientFactor)], { T: { type: 'float32' } })
    return emit.update(
      'ResourceApplyAdam',
      targets,
      [...powers, inputs[4]!, number(beta1), number(beta2), number(epsilon), gradient],
      { T: { type: 'float32' }, use_locking: { b: false }, use_nesterov: { b: false } },
    )
  },
  onnx: (emit, [w, m, v, g, stepSize], { attributes: { beta1, beta2, epsilon, gradientFactor } }) => {
    const scaled = (x: string, factor: number) =>
      factor === 1 ? x : emit.node('Mul', [x, onnxScalar(emit, factor)])
    const first = emit.node('Add', [scaled(m!, beta1), scaled(g!, complement(beta1) / gradientFactor)])
    const second = emit.node('Add', [
      scaled(v!, beta2),
      scaled(emit.node('Mul', [g!, g!]), complement(beta2) / gradientFactor ** 2),
    ])
    const root = emit.node('Add', [emit.node('Sqrt', [second]), onnxScalar(emit, epsilon)])
    const step = emit.node('Mul', [emit.node('Div', [first, root]), stepSize!])
    return [emit.node('Sub', [w!, step]), first, second]
  },
}

/**
 * One step of Adam (Kingma & Ba 2015, section 2, the form with α_t and ε̂):
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − α_t·m/(√v + ε̂).
 *
 * @param stepSize α_t = α·√(1−β₂ᵗ)/(1−β₁ᵗ), float32 []
 */
export function adam(
  weight: Tensor,
  moments: readonly [Tensor, Tensor],
  gradient: Tensor,
  stepSize: Tensor,
  attributes: AdamAttributes,
): readonly Tensor[] {
  return applyOperation(adamOperation, [weight, ...moments, gradient, stepSize], attributes).outputs
}
