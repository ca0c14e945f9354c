import { apply, type Operation } from '../operation'
import { BATCH, type Tensor } from '../tensor'

const batchSizeOperation: Operation<{ axis: number }> = {
  name: 'batchSize',
  infer: () => [{ shape: [], dtype: 'float32' }],
  tensorflow: (emit, [x], { attributes: { axis }, inputs }) => {
    const shape = emit.node('Shape', [x!], { T: { type: inputs[0]!.dtype }, out_type: { type: 'int32' } })
    const size = emit.node(
      'GatherV2',
      [shape, emit.constant('int32', [], [axis]), emit.constant('int32', [], [0])],
      {
        Tparams: { type: 'int32' },
        Tindices: { type: 'int32' },
        Taxis: { type: 'int32' },
      },
    )
    return emit.node('Cast', [size], { SrcT: { type: 'int32' }, DstT: { type: 'float32' } })
  },
  onnx: (emit, [x], { attributes: { axis } }) => {
    const size = emit.node('Gather', [emit.node('Shape', [x!]), emit.constant('int64', [], [axis])])
    return emit.node('Cast', [size], { to: 1 })
  },
}

/** How many images are in the batch, float32 []. */
export function batchSize(x: Tensor): Tensor {
  const axis = x.shape.indexOf(BATCH)
  if (axis < 0) throw new Error('batchSize: the tensor has no batch dimension.')
  return apply(batchSizeOperation, [x], { axis })
}
