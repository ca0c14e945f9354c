import { onnxTypes } from '../emitters'
import { apply, type Operation } from '../operation'
import type { Tensor } from '../tensor'

const castOperation: Operation<Record<string, never>> = {
  name: 'toFloat',
  infer: ([x]) => [{ shape: x!.shape, dtype: 'float32' }],
  tensorflow: (emit, inputs, node) =>
    emit.node('Cast', inputs, { SrcT: { type: node.inputs[0]!.dtype }, DstT: { type: 'float32' } }),
  onnx: (emit, inputs) => emit.node('Cast', inputs, { to: onnxTypes.float32 }),
}

/** The same numbers as float32. No gradient flows. */
export function toFloat(x: Tensor): Tensor {
  return x.dtype === 'float32' ? x : apply(castOperation, [x], {})
}
