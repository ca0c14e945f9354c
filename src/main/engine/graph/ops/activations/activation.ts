import type { OnnxEmitter, TensorflowAttribute } from '../../emitters'
import { apply, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'

type None = Record<string, never>

interface ActivationRule {
  name: string
  /** TensorFlow's operation, its gradient operation and what that takes, in its order. */
  tensorflow: {
    op: string
    gradient: string
    takes: readonly ('x' | 'y' | 'dy')[]
    attributes?: Record<string, TensorflowAttribute>
  }
  onnx(emit: OnnxEmitter, x: string): string
  /** ∂loss/∂x in ONNX operations, which has none of its own. */
  onnxGradient(emit: OnnxEmitter, x: string, y: string, dy: string): string
}

/** An elementwise activation with its gradient as one operation each, so that a runtime's fused kernel can serve. */
export function activation(rule: ActivationRule): (x: Tensor) => Tensor {
  const { name, tensorflow, onnx, onnxGradient } = rule
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

/** A number as a constant of an ONNX graph. */
export const onnxScalar = (emit: OnnxEmitter, value: number): string => emit.constant('float32', [], [value])
