import { applyOperation, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'
import type { Variable } from '../../variable'
import { onnxScalar } from '../../../../../shared/onnxNodes'

export interface RmspropAttributes {
  decay: number
  momentum: number
  epsilon: number
  /** The weight, its mean square and its velocity. */
  variables: readonly [Variable, Variable, Variable]
}

const rmspropOperation: Operation<RmspropAttributes> = {
  name: 'rmsprop',
  infer: ([weight]) => [weight!, weight!, weight!].map(({ shape, dtype }) => ({ shape, dtype })),
  tensorflow: (emit, inputs, { attributes: { decay, momentum, epsilon, variables } }) => {
    const number = (value: number) => emit.constant('float32', [], [value])
    return emit.update(
      'ResourceApplyRMSProp',
      variables.map((variable, i) => ({ variable, value: inputs[i]! })),
      [inputs[4]!, number(decay), number(momentum), number(epsilon), inputs[3]!],
      { T: { type: 'float32' }, use_locking: { b: false } },
    )
  },
  onnx: (emit, [w, s, v, g, rate], { attributes: { decay, momentum, epsilon } }) => {
    const scaled = (x: string, factor: number) => emit.node('Mul', [x, onnxScalar(emit, factor)])
    const square = emit.node('Add', [scaled(s!, decay), scaled(emit.node('Mul', [g!, g!]), 1 - decay)])
    const root = emit.node('Sqrt', [emit.node('Add', [square, onnxScalar(emit, epsilon)])])
    const step = emit.node('Div', [emit.node('Mul', [g!, rate!]), root])
    const velocity = emit.node('Add', [scaled(v!, momentum), step])
    return [emit.node('Sub', [w!, velocity]), square, velocity]
  },
}

/**
 * One step of RMSProp (Tieleman & Hinton 2012) with momentum:
 * s ← ρs + (1−ρ)g², v ← μv + αg/√(s + ε), w ← w − v. @param rate α, float32 []
 */
export function rmspropStep(
  weight: Tensor,
  state: readonly [Tensor, Tensor],
  gradient: Tensor,
  rate: Tensor,
  attributes: RmspropAttributes,
): readonly Tensor[] {
  return applyOperation(rmspropOperation, [weight, ...state, gradient, rate], attributes).outputs
}
