import { apply, type Operation } from '../operation'
import { BATCH, formatShape, type Tensor } from '../tensor'
import { slice } from './slice'

const concatOperation: Operation<{ axis: number }> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    const first = inputs[0]!.shape
    const fits = inputs.every(
      ({ shape }) => shape.length === first.length && shape.every((n, i) => i === axis || n === first[i]),
    )
    if (!fits || first[axis] === undefined || inputs.some(({ shape }) => shape[axis] === BATCH))
      throw new Error(
        `concat: ${inputs.map((x) => formatShape(x.shape)).join(', ')} do not join along axis ${axis}.`,
      )
    const joined = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)
    return [{ shape: first.map((n, i) => (i === axis ? joined : n)), dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { axis }, gradient }) => {
    let start = 0
    return inputs.map(({ shape }) => {
      const part = slice(gradient, axis, start, shape[axis]!)
      start += shape[axis]!
      return part
    })
  },
  tensorflow: (emit, inputs, { attributes: { axis } }) =>
    emit.node('ConcatV2', [...inputs, emit.constant('int32', [], [axis])], {
      T: { type: 'float32' },
      Tidx: { type: 'int32' },
      N: { i: inputs.length },
    }),
  onnx: (emit, inputs, { attributes: { axis } }) => emit.node('Concat', inputs, { axis }),
}

/** Joins tensors along an axis other than the batch. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  return inputs.length === 1 ? inputs[0]! : apply(concatOperation, inputs, { axis })
}

/** What a matrix was joined from, and along which axis; null for any other. */
export function readJoined(matrix: Tensor): { parts: readonly Tensor[]; axis: number } | null {
  const { operation, attributes, inputs } = matrix.node
  if (operation !== concatOperation || matrix.shape.length !== 2) return null
  return { parts: inputs, axis: (attributes as { axis: number }).axis }
}
