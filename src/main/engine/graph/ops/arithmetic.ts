import { apply, type GradientContext, type Operation } from '../operation'
import type { Tensor } from '../tensor'
import { beforeBroadcast, broadcastLike, broadcastShapes, broadcastSource, sumToShape } from './broadcast'
import { constant } from './constant'

type Rule = (dy: Tensor, a: Tensor, b: Tensor) => [() => Tensor, () => Tensor]

/** Elementwise operations on two tensors, with broadcasting; their gradients are summed back to each operand's shape. */
function binary(name: string, tensorflow: string, onnx: string, rule: Rule) {
  const gradient = ({ inputs, gradient, needed }: GradientContext<Record<string, never>>) => {
    const [a, b] = inputs as [Tensor, Tensor]
    return rule(gradient, a, b).map((flow, i) => (needed[i] ? sumToShape(flow(), inputs[i]!.shape) : null))
  }
  const operation: Operation<Record<string, never>> = {
    name,
    infer: ([a, b]) => [{ shape: broadcastShapes(name, a!.shape, b!.shape), dtype: 'float32' }],
    gradient,
    tensorflow: (emit, inputs) => emit.node(tensorflow, inputs, { T: { type: 'float32' } }),
    onnx: (emit, inputs) => emit.node(onnx, inputs),
  }
  return (a: Tensor | number, b: Tensor | number): Tensor => {
    const x = typeof a === 'number' ? constant([], [a]) : a
    const y = typeof b === 'number' ? constant([], [b]) : b
    const repeated = broadcastSource(x)
    // What is the same everywhere is computed once and repeated afterwards.
    if (repeated && !y.shape.length) return broadcastLike(apply(operation, [repeated, y], {}), x)
    const left = beforeBroadcast(x, y)
    return apply(operation, [left, beforeBroadcast(y, left)], {})
  }
}

/** a + b */
export const add = binary('add', 'AddV2', 'Add', (dy) => [() => dy, () => dy])
/** a − b */
export const sub = binary('sub', 'Sub', 'Sub', (dy) => [() => dy, () => mul(dy, -1)])
/** a · b */
export const mul = binary('mul', 'Mul', 'Mul', (dy, a, b) => [() => mul(dy, b), () => mul(dy, a)])
/** a / b */
export const div = binary('div', 'RealDiv', 'Div', (dy, a, b) => [
  () => div(dy, b),
  () => mul(mul(dy, -1), div(a, mul(b, b))),
])
/** max(a, b); where both are equal the gradient goes to a. */
export const maximum = binary('maximum', 'Maximum', 'Max', (dy, a, b) => [
  () => mul(dy, atLeast(a, b)),
  () => mul(dy, sub(1, atLeast(a, b))),
])
/** min(a, b); where both are equal the gradient goes to a. */
export const minimum = binary('minimum', 'Minimum', 'Min', (dy, a, b) => [
  () => mul(dy, atLeast(b, a)),
  () => mul(dy, sub(1, atLeast(b, a))),
])

const atLeastOperation: Operation<Record<string, never>> = {
  name: 'atLeast',
  infer: ([a, b]) => [{ shape: broadcastShapes('atLeast', a!.shape, b!.shape), dtype: 'float32' }],
  tensorflow: (emit, inputs) =>
    emit.node('Cast', [emit.node('GreaterEqual', inputs, { T: { type: 'float32' } })], {
      SrcT: { type: 'bool' },
      DstT: { type: 'float32' },
    }),
  onnx: (emit, inputs) => emit.node('Cast', [emit.node('GreaterOrEqual', inputs)], { to: 1 }),
}

/** 1 where a ≥ b, else 0. No gradient flows. */
export function atLeast(a: Tensor, b: Tensor | number): Tensor {
  return apply(atLeastOperation, [a, typeof b === 'number' ? constant([], [b]) : b], {})
}
