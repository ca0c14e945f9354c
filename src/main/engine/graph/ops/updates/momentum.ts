import { applyOperation, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'
import type { Variable } from '../../variable'
import { onnxScalar } from '../../../../../shared/onnxNodes'

export interface MomentumAttributes {
  momentum: number
  /** The weight and its velocity. */
  variables: readonly [Variable, Variable]
}

const momentumOperation: Operation<MomentumAttributes> = {
  name: 'momentum',
  infer: ([weight]) => [weight!, weight!].map(({ shape, dtype }) => ({ shape, dtype })),
  tensorflow: (emit, inputs, { attributes: { momentum, variables } }) =>
    emit.update(
      'ResourceApplyMomentum',
      variables.map((variable, i) => ({ variable, value: inputs[i]! })),
      [inputs[3]!, inputs[2]!, emit.constant('float32', [], [momentum])],
      { T: { type: 'float32' }, use_locking: { b: false }, use_nesterov: { b: false } },
    ),
  onnx: (emit, [w, v, g, rate], { attributes: { momentum } }) => {
    const velocity = emit.node('Add', [emit.node('Mul', [v!, onnxScalar(emit, momentum)]), g!])
    return [emit.node('Sub', [w!, emit.node('Mul', [velocity, rate!])]), velocity]
  },
}

/** One step of gradient descent with momentum (Polyak 1964): v ← μv + g, w ← w − α·v. @param rate α, float32 [] */
export function momentumStep(
  weight: Tensor,
  velocity: Tensor,
  gradient: Tensor,
  rate: Tensor,
  attributes: MomentumAttributes,
): readonly Tensor[] {
  return applyOperation(momentumOperation, [weight, velocity, gradient, rate], attributes).outputs
}
