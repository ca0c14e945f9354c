import type { OnnxEmitter } from '../emitters'
import { apply, type GradientContext, type Operation } from '../operation'
import { BATCH, formatShape, type Shape, type Tensor, type TensorType } from '../tensor'
import { div, mul } from './arithmetic'
import { batchSize } from './batchSize'
import { broadcastLike } from './broadcast'
import { fill } from './constant'
import { reshape } from './reshape'

interface ReduceAttributes {
  axes: readonly number[]
}

const keptShape = (shape: Shape, axes: readonly number[]) =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size))

const infer = ([x]: readonly TensorType[], { axes }: ReduceAttributes): TensorType[] => {
  if (axes.some((axis) => axis < 0 || axis >= x!.shape.length))
    throw new Error(`reduce: no axis ${axes} in ${formatShape(x!.shape)}.`)
  return [{ shape: x!.shape.filter((_, axis) => !axes.includes(axis)), dtype: 'float32' }]
}

/** Puts the reduced axes back, as ones, and repeats along them. */
function spread(
  { inputs: [x], attributes: { axes } }: GradientContext<ReduceAttributes>,
  gradient: Tensor,
): Tensor {
  return broadcastLike(gradient.shape.length ? reshape(gradient, keptShape(x!.shape, axes)) : gradient, x!)
}

const tensorflow =
  (op: string): Operation<ReduceAttributes>['tensorflow'] =>
  (emit, [x], { attributes: { axes } }) =>
    emit.node(op, [x!, emit.constant('int32', [axes.length], axes)], {
      T: { type: 'float32' },
      Tidx: { type: 'int32' },
      keep_dims: { b: false },
    })

const sumOperation: Operation<ReduceAttributes> = {
  name: 'reduceSum',
  infer,
  gradient: (context) => [spread(context, context.gradient)],
  tensorflow: tensorflow('Sum'),
  onnx: (emit, [x], { inputs, attributes: { axes } }) => {
    const { shape } = inputs[0]!
    const leavesChannels = shape.length > 2 && axes.length === shape.length - 1 && !axes.includes(axes.length)
    return leavesChannels && !shape.slice(1).includes(BATCH)
      ? sumOfPixels(emit, x!, shape)
      : emit.node('ReduceSum', [x!, axesInput(emit, axes)], { keepdims: 0 })
  },
}

/** Sums over all but the last axis: a product with ones uses all cores, which ONNX Runtime's ReduceSum does not there. */
function sumOfPixels(emit: OnnxEmitter, x: string, shape: Shape): string {
  const channels = shape.at(-1)!
  const pixels = shape.slice(1, -1).reduce((product, size) => product * size, 1)
  const rows = emit.node('Reshape', [x, emit.constant('int64', [3], [-1, pixels, channels])])
  const ones = emit.constant('float32', [1, 1, pixels], new Array<number>(pixels).fill(1))
  const sums = emit.node('MatMul', [ones, rows])
  return emit.node('ReduceSum', [sums, emit.constant('int64', [2], [0, 1])], { keepdims: 0 })
}

const meanOperation: Operation<ReduceAttributes> = {
  name: 'reduceMean',
  infer,
  gradient: (context) => {
    const { inputs, attributes, gradient } = context
    return [spread(context, div(gradient, countOf(inputs[0]!, attributes.axes)))]
  },
  tensorflow: tensorflow('Mean'),
  onnx: (emit, [x], { attributes: { axes } }) => emit.node('ReduceMean', [x!], { axes, keepdims: 0 }),
}

/** How many elements go into each mean: float32 []. */
function countOf(x: Tensor, axes: readonly number[]): Tensor {
  const fixed = axes.reduce((product, axis) => product * (x.shape[axis] === BATCH ? 1 : x.shape[axis]!), 1)
  return axes.some((axis) => x.shape[axis] === BATCH) ? mul(batchSize(x), fill([], fixed)) : fill([], fixed)
}

const axesInput = (emit: OnnxEmitter, axes: readonly number[]) => emit.constant('int64', [axes.length], axes)

const allAxes = (x: Tensor) => x.shape.map((_, axis) => axis)

/** Σ over `axes`, which disappear. */
export function reduceSum(x: Tensor, axes: readonly number[] = allAxes(x)): Tensor {
  return axes.length ? apply(sumOperation, [x], { axes }) : x
}

/** Mean over `axes`, which disappear. */
export function reduceMean(x: Tensor, axes: readonly number[] = allAxes(x)): Tensor {
  return axes.length ? apply(meanOperation, [x], { axes }) : x
}
