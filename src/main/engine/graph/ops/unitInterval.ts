import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'

const unitIntervalOperation: Operation<Record<string, never>> = {
  name: 'unitInterval',
  infer: ([x]) => {
    if (x!.dtype !== 'uint8') throw new Error(`unitInterval: takes bytes, not ${x!.dtype}.`)
    return [{ shape: x!.shape, dtype: 'float32' }]
  },
  tensorflow: (emit, inputs) => {
    const value = emit.node('Cast', inputs, { SrcT: { type: 'uint8' }, DstT: { type: 'float32' } })
    return emit.node('Mul', [value, emit.constant('float32', [], [1 / 255])], { T: { type: 'float32' } })
  },
  // One pass instead of two.
  onnx: (emit, inputs) => emit.node('DequantizeLinear', [...inputs, emit.constant('float32', [], [1 / 255])]),
}

/** Bytes as values in 0..1, x/255. No gradient flows. */
export function unitInterval(x: Tensor): Tensor {
  return apply(unitIntervalOperation, [x], {})
}
