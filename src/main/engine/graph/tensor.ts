import type { Operation } from './operation'

export type DType = 'float32' | 'int32' | 'uint8' | 'bool'

/** Stands in a shape for the one dimension whose size is known only when a function runs: the batch. */
export const BATCH = -1

/** Sizes of each axis, outermost first; at most one of them is `BATCH`. */
export type Shape = readonly number[]

export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

/** A value that a graph will compute: one output of a node. It holds no numbers. */
export interface Tensor extends TensorType {
  readonly node: Node
  /** Which of the node's outputs. */
  readonly index: number
}

/** One application of an operation. `id` grows with creation, so inputs always have smaller ids. */
export interface Node<A = unknown> {
  readonly id: number
  readonly operation: Operation<A>
  readonly inputs: readonly Tensor[]
  readonly attributes: A
  readonly outputs: readonly Tensor[]
}

/** Numbers with their shape, row-major; what goes into a function and comes out of it. The caller owns `data`. */
export interface TensorData {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | Uint8Array
}

/** Elements of a static shape. @throws Error for a shape with a batch dimension */
export function sizeOf(shape: Shape): number {
  if (shape.includes(BATCH)) throw new Error(`The shape ${formatShape(shape)} has no fixed size.`)
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

export function formatShape(shape: Shape): string {
  return `[${shape.map((size) => (size === BATCH ? 'batch' : size)).join(', ')}]`
}
