import type { Weight } from '../../models/weights'
import type { OnnxConstant, OnnxNode } from '../onnxGraph'

/** Sizes are few; anything longer is no arithmetic on them. */
const longest = 64

type Compute = (node: OnnxNode, inputs: readonly Weight[]) => Weight | null

const vector = (data: ArrayLike<number>): Weight => ({ shape: [data.length], data: Float32Array.from(data) })
const scalar = (value: number): Weight => ({ shape: [], data: Float32Array.of(value) })

/** One number goes with all of the other's. */
const pairwise =
  (compute: (a: number, b: number) => number): Compute =>
  (_, [a, b]) => {
    if (!a || !b || (a.data.length !== b.data.length && a.data.length !== 1 && b.data.length !== 1))
      return null
    const [longer, other] = a.data.length >= b.data.length ? [a, b] : [b, a]
    const at = (weight: Weight, i: number) => weight.data[weight.data.length === 1 ? 0 : i]!
    const data = longer.data.map((_, i) => compute(at(a, i), at(b, i)))
    return { shape: longer.shape.length >= other.shape.length ? longer.shape : other.shape, data }
  }

const each =
  (compute: (value: number) => number): Compute =>
  (_, [x]) =>
    x ? { shape: x.shape, data: x.data.map(compute) } : null

const same = each((value) => value)

/** What exporters compute sizes with. Whole numbers come out whole up to 2²⁴, far above any size. */
const computations: Readonly<Record<string, Compute>> = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => a / b),
  Mod: pairwise((a, b) => a - b * Math.floor(a / b)),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Neg: each((value) => -value),
  Sqrt: each(Math.sqrt),
  Cast: same,
  Identity: same,
  Squeeze: (_, [x]) => (x && x.data.length === 1 ? scalar(x.data[0]!) : x ? vector(x.data) : null),
  Unsqueeze: (_, [x]) => (x && x.shape.length === 0 ? vector(x.data) : null),
  Shape: (_, [x]) => (x ? vector(x.shape) : null),
  Reshape: (_, [x, target]) => (x && target ? reshaped(x, [...target.data]) : null),
  Concat: (_, inputs) => vector(inputs.flatMap(({ data }) => [...data])),
  Gather: (_, [x, index]) => {
    if (x?.shape.length !== 1 || !index) return null
    const picked = index.data.map((at) => x.data[at < 0 ? at + x.data.length : at]!)
    return { shape: index.shape, data: picked }
  },
  Slice: (node, [x, starts, ends, axes, steps]) => {
    const start = starts?.data[0] ?? node.ints('starts')?.[0]
    const end = ends?.data[0] ?? node.ints('ends')?.[0]
    const step = steps?.data[0] ?? 1
    if (!x?.shape.length || start === undefined || end === undefined || (axes?.data[0] ?? 0) !== 0)
      return null
    const width = x.data.length / x.shape[0]!
    const rows = Array.from({ length: x.shape[0]! }, (_, row) =>
      x.data.subarray(row * width, (row + 1) * width),
    )
    const isReverse = step === -1 && start === -1 && end < -rows.length
    if (step !== 1 && !isReverse) return null
    const kept = isReverse ? rows.reverse() : rows.slice(start, end)
    return {
      shape: [kept.length, ...x.shape.slice(1)],
      data: Float32Array.from(kept.flatMap((row) => [...row])),
    }
  },
  ConstantOfShape: (_, [shape]) => {
    const count = shape?.data.reduce((product, side) => product * side, 1)
    return count !== undefined && count >= 0 && count <= longest ? vector(new Float32Array(count)) : null
  },
  Transpose: (_, [x]) => {
    if (x?.shape.length !== 2) return null
    const [rows, columns] = x.shape as [number, number]
    const data = x.data.map((_, i) => x.data[(i % rows) * columns + Math.floor(i / rows)]!)
    return { shape: [columns, rows], data }
  },
}

function reshaped({ data }: Weight, target: readonly number[]): Weight | null {
  const known = target.filter((side) => side !== -1).reduce((product, side) => product * side, 1)
  const shape = target.map((side) => (side === -1 ? data.length / known : side))
  return shape.reduce((product, side) => product * side, 1) === data.length ? { shape, data } : null
}

const wholeTypes = new Set([6, 7])

/** What a node gives whose inputs are all known, where it is arithmetic on a few numbers; else null. */
export function computed(node: OnnxNode, inputs: readonly OnnxConstant[]): OnnxConstant | null {
  if (inputs.length === 0 || inputs.some(({ data }) => data.length > longest)) return null
  const compute = Object.hasOwn(computations, node.op) ? computations[node.op] : undefined
  const result = compute?.(node, inputs)
  if (!result) return null
  const whole =
    node.op === 'Cast'
      ? wholeTypes.has(node.number('to') ?? 0)
      : node.op === 'Shape' || inputs.every((input) => input.whole)
  return { shape: result.shape, data: whole ? result.data.map(Math.trunc) : result.data, whole }
}
