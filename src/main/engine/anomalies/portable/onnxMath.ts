import type { OnnxAttribute, OnnxEmitter } from '../../graph/emitters'
import { type Shape, sizeOf } from '../../graph/tensor'
import { createVariable, type Variable } from '../../graph/variable'

/** A linear map of one side of an image: outs × ins, row-major. */
export interface SideMap {
  readonly outs: number
  readonly ins: number
  readonly weights: Float32Array
}

/** Nodes of ONNX that no graph of a model needs. Values are known by name; a number stands for a constant. */
export class OnnxMath {
  constructor(
    readonly emit: OnnxEmitter,
    /** Takes what large constants hold. */
    private readonly large: Map<string, Float32Array>,
  ) {}

  node(op: string, inputs: readonly (string | number)[], attributes?: Record<string, OnnxAttribute>): string {
    return this.emit.node(op, inputs.map(this.named), attributes)
  }

  private readonly named = (value: string | number) =>
    typeof value === 'string' ? value : this.emit.constant('float32', [], [value])

  add = (a: string, b: string | number) => this.node('Add', [a, b])
  sub = (a: string | number, b: string | number) => this.node('Sub', [a, b])
  mul = (a: string, b: string | number) => this.node('Mul', [a, b])
  div = (a: string, b: string | number) => this.node('Div', [a, b])
  max = (a: string, b: string | number) => this.node('Max', [a, b])
  min = (a: string, b: string | number) => this.node('Min', [a, b])
  square = (a: string) => this.mul(a, a)
  sqrt = (a: string) => this.node('Sqrt', [a])
  log = (a: string) => this.node('Log', [a])
  abs = (a: string) => this.node('Abs', [a])
  matmul = (a: string, b: string) => this.node('MatMul', [a, b])

  mean = (a: string, axes: readonly number[]) => this.node('ReduceMean', [a], { axes, keepdims: 0 })
  largest = (a: string, axes: readonly number[]) => this.node('ReduceMax', [a], { axes, keepdims: 0 })
  smallest = (a: string, axes: readonly number[]) => this.node('ReduceMin', [a], { axes, keepdims: 0 })
  sum = (a: string, axes: readonly number[]) =>
    this.node('ReduceSum', [a, this.integers(axes)], { keepdims: 0 })
  /** Population standard deviation over all but the batch. @param axes those */
  spread = (a: string, axes: readonly number[]) => {
    const mean = this.node('ReduceMean', [a], { axes, keepdims: 1 })
    return this.sqrt(this.mean(this.square(this.sub(a, mean)), axes))
  }

  integers = (values: readonly number[]) => this.emit.constant('int64', [values.length], values)
  /** A batch of anything: the first size is that of the batch. */
  reshape = (a: string, shape: Shape) => this.node('Reshape', [a, this.integers([-1, ...shape])])
  transpose = (a: string, perm: readonly number[]) => this.node('Transpose', [a], { perm })
  concat = (values: readonly string[]) => this.node('Concat', values, { axis: 1 })
  gather = (a: string, at: readonly number[], axis: number) =>
    this.node('Gather', [a, this.integers(at)], { axis })
  slice = (a: string, axis: number, from: number, to: number) =>
    this.node('Slice', [a, this.integers([from]), this.integers([to]), this.integers([axis])])
  /** Ascending along the last axis, of `count` values. */
  sorted = (a: string, count: number) => this.lowest(a, count).values

  /** The `count` lowest along the last axis, ascending, and where they are. */
  lowest(a: string, count: number): { values: string; indices: string } {
    const attributes = { axis: -1, largest: 0, sorted: 1 }
    const [values, indices] = this.emit.nodes('TopK', [a, this.integers([count])], 2, attributes)
    return { values: values!, indices: indices! }
  }

  /** Squares of `factor` pixels become one; the rest at the border is left out. @param a batch × channels × height × width */
  shrink(a: string, factor: number): string {
    if (factor === 1) return a
    return this.node('AveragePool', [a], { kernel_shape: [factor, factor], strides: [factor, factor] })
  }

  /** @param a batch × … × height × width */
  sides(a: string, rows: SideMap, columns: SideMap): string {
    const left = this.constant([rows.outs, rows.ins], rows.weights)
    const right = this.constant([columns.ins, columns.outs], turned(columns))
    return this.matmul(this.matmul(left, a), right)
  }

  constant(shape: Shape, values: Float32Array): string {
    if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values do not fill ${shape}.`)
    const variable: Variable = createVariable(`normal_${this.large.size}`, shape)
    this.large.set(variable.name, values)
    return this.emit.variable(variable)
  }
}

export function sideMap(outs: number, ins: number, weight: (out: number, at: number) => number): SideMap {
  const weights = new Float32Array(outs * ins)
  for (let i = 0; i < outs; i++) for (let j = 0; j < ins; j++) weights[i * ins + j] = weight(i, j)
  return { outs, ins, weights }
}

const turned = ({ outs, ins, weights }: SideMap) =>
  sideMap(ins, outs, (i, j) => weights[j * ins + i]!).weights
