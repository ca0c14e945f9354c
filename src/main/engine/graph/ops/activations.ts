import { type Activation, activationFacts } from '../../../../shared/activations'
import type { ActivationRule } from '../../../../shared/activations/activation'
import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'

type None = Record<string, never>

/** An elementwise activation with its gradient as one operation each, so that a runtime's fused kernel can serve. */
function operationOf(
  name: string,
  { tensorflow, onnx, onnxGradient }: ActivationRule,
): (x: Tensor) => Tensor {
  const float = { T: { type: 'float32' }, ...tensorflow.attributes } as const
  // The gradient operation must not keep x alive, or y, when the rule does not read it: runtimes free what nobody reads.
  const readsX = tensorflow.takes.includes('x')

  const gradientOperation: Operation<None> = {
    name: `${name}Gradient`,
    infer: ([, dy]) => [{ shape: dy!.shape, dtype: 'float32' }],
    tensorflow: (emit, [read, dy]) =>
      emit.node(
        tensorflow.gradient,
        tensorflow.takes.map((what) => (what === 'dy' ? dy! : read!)),
        float,
      ),
    onnx: (emit, [read, dy]) => onnxGradient(emit, read!, read!, dy!),
  }
  const operation: Operation<None> = {
    name,
    infer: ([x]) => [{ shape: x!.shape, dtype: 'float32' }],
    gradient: ({ inputs, outputs, gradient }) => [
      apply(gradientOperation, [readsX ? inputs[0]! : outputs[0]!, gradient], {}),
    ],
    tensorflow: (emit, inputs) => emit.node(tensorflow.op, inputs, float),
    onnx: (emit, [x]) => onnx(emit, x!),
  }
  return (x) => apply(operation, [x], {})
}

/** Every activation that a ModelSpec can name, by that name: elementwise, of any shape. */
export const activationFunctions = Object.fromEntries(
  Object.entries(activationFacts).map(([name, { graph }]) => [
    name,
    graph ? operationOf(name, graph) : (x: Tensor) => x,
  ]),
) as Readonly<Record<Activation, (x: Tensor) => Tensor>>
