import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'
import { div, mul } from './arithmetic'

/** An elementwise function of one tensor that both runtimes know by one name. `rule` gets dy, x and y. */
function unary(
  name: string,
  tensorflow: string,
  onnx: string,
  rule?: (dy: Tensor, x: Tensor, y: Tensor) => Tensor,
) {
  const operation: Operation<Record<string, never>> = {
    name,
    infer: ([x]) => [{ shape: x!.shape, dtype: 'float32' }],
    gradient: rule && (({ inputs, outputs, gradient }) => [rule(gradient, inputs[0]!, outputs[0]!)]),
    tensorflow: (emit, inputs) => emit.node(tensorflow, inputs, { T: { type: 'float32' } }),
    onnx: (emit, inputs) => emit.node(onnx, inputs),
  }
  return (x: Tensor): Tensor => apply(operation, [x], {})
}

/** −x */
export const neg = unary('neg', 'Neg', 'Neg', (dy) => neg(dy))
/** eˣ */
export const exp = unary('exp', 'Exp', 'Exp', (dy, _, y) => mul(dy, y))
/** ln x */
export const log = unary('log', 'Log', 'Log', (dy, x) => div(dy, x))
/** √x */
export const sqrt = unary('sqrt', 'Sqrt', 'Sqrt', (dy, _, y) => div(mul(dy, 0.5), y))
/** 2/√π · ∫₀ˣ e^(−t²) dt */
export const erf = unary('erf', 'Erf', 'Erf', (dy, x) =>
  mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
)
/** |x|, with gradient 0 at 0 */
export const abs = unary('abs', 'Abs', 'Abs', (dy, x) => mul(dy, sign(x)))
/** −1, 0 or 1. No gradient flows. */
export const sign = unary('sign', 'Sign', 'Sign')

const squareOperation: Operation<Record<string, never>> = {
  name: 'square',
  infer: ([x]) => [{ shape: x!.shape, dtype: 'float32' }],
  gradient: ({ inputs, gradient }) => [mul(inputs[0]!, mul(gradient, 2))],
  tensorflow: (emit, inputs) => emit.node('Square', inputs, { T: { type: 'float32' } }),
  onnx: (emit, [x]) => emit.node('Mul', [x!, x!]),
}

/** x² */
export function square(x: Tensor): Tensor {
  return apply(squareOperation, [x], {})
}
