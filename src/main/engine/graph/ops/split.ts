import { applyOperation, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'

const splitOperation: Operation<{ sizes: readonly number[] }> = {
  name: 'split',
  infer: ([x], { sizes }) => {
    const total = sizes.reduce((sum, size) => sum + size, 0)
    if (x!.shape.length !== 1 || x!.shape[0] !== total)
      throw new Error(`split: ${sizes} do not add up to a vector of ${formatShape(x!.shape)}.`)
    return sizes.map((size) => ({ shape: [size], dtype: 'float32' }))
  },
  tensorflow: (emit, [x], { attributes: { sizes } }) => {
    const name = emit.node(
      'SplitV',
      [x!, emit.constant('int32', [sizes.length], sizes), emit.constant('int32', [], [0])],
      {
        T: { type: 'float32' },
        Tlen: { type: 'int32' },
        num_split: { i: sizes.length },
      },
    )
    return sizes.map((_, i) => (i ? `${name}:${i}` : name))
  },
  onnx: (emit, [x], { attributes: { sizes } }) =>
    emit.nodes('Split', [x!, emit.constant('int64', [sizes.length], sizes)], sizes.length, { axis: 0 }),
}

/** Cuts a vector into consecutive pieces. No gradient flows: differentiate with respect to the pieces. */
export function split(x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  return applyOperation(splitOperation, [x], { sizes }).outputs
}
