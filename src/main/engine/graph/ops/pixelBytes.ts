import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'

const white = 255

/** 0..1 → 0..255, rounded to even; what lies outside is clipped. It leaves a model, so nothing is learned through it. */
const operation: Operation<Record<string, never>> = {
  name: 'pixelBytes',
  infer: ([values]) => [{ shape: values!.shape, dtype: 'uint8' }],
  tensorflow: (emit, [values]) => {
    const T = { T: { type: 'float32' } } as const
    const scaled = emit.node('Mul', [values!, emit.constant('float32', [], [white])], T)
    const least = emit.node('Maximum', [scaled, emit.constant('float32', [], [0])], T)
    const most = emit.node('Minimum', [least, emit.constant('float32', [], [white])], T)
    const whole = emit.node('Rint', [most], T)
    return emit.node('Cast', [whole], { SrcT: { type: 'float32' }, DstT: { type: 'uint8' } })
  },
  onnx: (emit, [values]) => {
    const number = (value: number) => emit.constant('float32', [], [value])
    const scaled = emit.node('Mul', [values!, number(white)])
    const clipped = emit.node('Clip', [scaled, number(0), number(white)])
    return emit.node('Cast', [emit.node('Round', [clipped])], { to: 2 })
  },
}

/** @returns uint8, of the same shape */
export const pixelBytes = (values: Tensor): Tensor => apply(operation, [values], {})
