import { apply, type Operation } from '../operation'
import { formatShape, sameShape, type Shape, type Tensor } from '../tensor'
import { reshape } from './reshape'
import { reduceSum } from './reduce'

/** The shape of an elementwise operation on two tensors (NumPy's rules; a batch only meets a batch or 1). */
export function broadcastShapes(name: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new Error(`${name}: the shapes ${formatShape(a)} and ${formatShape(b)} do not go together.`)
  })
}

const broadcastOperation: Operation<Record<string, never>> = {
  name: 'broadcast',
  infer: ([x, like]) => {
    const shape = broadcastShapes('broadcast', x!.shape, like!.shape)
    if (!sameShape(shape, like!.shape))
      throw new Error('broadcast: the result would be larger than what it is to be like.')
    return [{ shape, dtype: x!.dtype }]
  },
  gradient: ({ inputs, gradient }) => [sumToShape(gradient, inputs[0]!.shape), null],
  tensorflow: (emit, [x, like], { inputs }) => {
    const [T, likeT] = inputs.map(({ dtype }) => ({ type: dtype }))
    const shape = emit.node('Shape', [like!], { T: likeT!, out_type: { type: 'int32' } })
    return emit.node('BroadcastTo', [x!, shape], { T: T!, Tidx: { type: 'int32' } })
  },
  onnx: (emit, [x, like]) => emit.node('Expand', [x!, emit.node('Shape', [like!])]),
}

/** Repeats `x` to the shape of `like`, whose values do not matter. */
export function broadcastLike(x: Tensor, like: Tensor): Tensor {
  return sameShape(x.shape, like.shape) ? x : apply(broadcastOperation, [x, like], {})
}

/** What a broadcast repeats, if `x` is one. */
export function broadcastSource(x: Tensor): Tensor | undefined {
  return x.node.operation === (broadcastOperation as Operation<never>) ? x.node.inputs[0] : undefined
}

/** What a broadcast repeats, when another operand already gives the result its shape: spares writing the copies. */
export function beforeBroadcast(x: Tensor, other: Tensor): Tensor {
  return (sameShape(x.shape, other.shape) && broadcastSource(x)) || x
}

/** The reverse of a broadcast: sums over the axes along which a tensor of `shape` was repeated. */
export function sumToShape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const missing = x.shape.length - shape.length
  const axes = x.shape.flatMap((size, axis) =>
    axis < missing || (shape[axis - missing] === 1 && size !== 1) ? [axis] : [],
  )
  const summed = reduceSum(x, axes)
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape)
}
