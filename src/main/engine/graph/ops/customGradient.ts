import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'

/** ∂loss/∂x out of ∂loss/∂value, which has the value's shape. */
type Flow = (gradient: Tensor) => Tensor

const customGradientOperation: Operation<{ flows: readonly Flow[] }> = {
  name: 'customGradient',
  infer: ([value]) => [{ shape: value!.shape, dtype: 'float32' }],
  gradient: ({ gradient, needed, attributes: { flows } }) => [
    null,
    ...flows.map((flow, i) => (needed[i + 1] ? flow(gradient) : null)),
  ],
  tensorflow: (_, [value]) => value!,
  onnx: (_, [value]) => value!,
}

/**
 * A value with gradients that are known, for where a formula is cheaper than what differentiation would derive.
 *
 * @param flows what flows to each tensor that the value depends on, nothing to any other; to one that is named twice their sum
 */
export function customGradient(
  value: Tensor,
  ...flows: readonly (readonly [of: Tensor, flow: Flow])[]
): Tensor {
  const of = flows.map(([tensor]) => tensor)
  return apply(customGradientOperation, [value, ...of], { flows: flows.map(([, flow]) => flow) })
}
