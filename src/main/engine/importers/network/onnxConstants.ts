import type { Weight } from '../../models/weights'
import type { OnnxConstant, OnnxNode } from '../onnxGraph'

/** Sizes are few; anything longer is no arithmetic on them. */
const longest = 64
/** What weights go through too, since it changes none of their numbers. */
const layouts = new Set(['Identity', 'Cast', 'Reshape', 'Transpose', 'Slice', 'Unsqueeze'])
/** Weights that are computed from others, number by number. */
const ofWeights = new Set([
  'Abs',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Neg',
  'Sqrt',
  'Exp',
  'Sigmoid',
  'Reciprocal',
  'Softplus',
  'Pow',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceSum',
])
const longestWeight = 4_000_000

type Compute = (node: OnnxNode, inputs: readonly Weight[]) => Weight | null

const vector = (data: ArrayLike<number>): Weight => ({ shape: [data.length], data: Float32Array.from(data) })
const scalar = (value: number): Weight => ({ shape: [], data: Float32Array.of(value) })

/** One number goes with all of the other's. */
const pairwise =
  (compute: (a: number, b: number) => number): Compute =>
  (_, [a, b]) => {
    if (!a || !b) return null
    const isSame = a.shape.join() === b.shape.join() || a.data.length === 1 || b.data.length === 1
    if (!isSame) return alongSides(a, b, compute)
    const [longer, other] = a.data.length >= b.data.length ? [a, b] : [b, a]
    const at = (weight: Weight, i: number) => weight.data[weight.data.length === 1 ? 0 : i]!
    const data = longer.data.map((_, i) => compute(at(a, i), at(b, i)))
    return { shape: longer.shape.length >= other.shape.length ? longer.shape : other.shape, data }
  }

/** Numbers of one are repeated along the sides that it does not have. */
function alongSides(a: Weight, b: Weight, compute: (a: number, b: number) => number): Weight | null {
  const rank = Math.max(a.shape.length, b.shape.length)
  const wide = ({ shape }: Weight) => [...Array.from({ length: rank - shape.length }, () => 1), ...shape]
  const [of, other] = [wide(a), wide(b)]
  const shape = of.map((side, i) => Math.max(side, other[i]!))
  if (shape.some((side, i) => (of[i] !== side && of[i] !== 1) || (other[i] !== side && other[i] !== 1)))
    return null
  const steps = (sides: readonly number[]) =>
    sides.map((side, i) => (side === 1 ? 0 : sides.slice(i + 1).reduce((product, one) => product * one, 1)))
  const [stepsOfA, stepsOfB] = [steps(of), steps(other)]
  const data = new Float32Array(shape.reduce((product, side) => product * side, 1))
  for (let i = 0; i < data.length; i++) {
    let [rest, atA, atB] = [i, 0, 0]
    for (let axis = rank - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!
      rest = (rest - at) / shape[axis]!
      atA += at * stepsOfA[axis]!
      atB += at * stepsOfB[axis]!
    }
    data[i] = compute(a.data[atA]!, b.data[atB]!)
  }
  return { shape, data }
}

/** Sums over sides, of what becomes of each number: of squares, as normalised weights need it. */
const summed =
  (inner: (value: number) => number, outer: (sum: number) => number): Compute =>
  (node, [x, said]) => {
    if (!x) return null
    const rank = x.shape.length
    const given = [...(said?.data ?? node.ints('axes') ?? x.shape.keys())]
    const axes = new Set(given.map((axis) => (axis < 0 ? axis + rank : axis)))
    const kept = x.shape.map((side, i) => (axes.has(i) ? 1 : side))
    const data = new Float32Array(kept.reduce((product, side) => product * side, 1))
    x.data.forEach((value, i) => {
      let [rest, at, step] = [i, 0, 1]
      for (let axis = rank - 1; axis >= 0; axis--) {
        const place = rest % x.shape[axis]!
        rest = (rest - place) / x.shape[axis]!
        if (kept[axis] === 1) continue
        at += place * step
        step *= kept[axis]!
      }
      data[at]! += inner(value)
    })
    const shape = (node.number('keepdims') ?? 1) === 0 ? x.shape.filter((_, i) => !axes.has(i)) : kept
    return { shape, data: data.map(outer) }
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
  Abs: each(Math.abs),
  Exp: each(Math.exp),
  Reciprocal: each((value) => 1 / value),
  Sigmoid: each((value) => 1 / (1 + Math.exp(-value))),
  Softplus: each((value) => Math.log1p(Math.exp(value))),
  Pow: pairwise(Math.pow),
  ReduceL2: summed((value) => value * value, Math.sqrt),
  ReduceSumSquare: summed(
    (value) => value * value,
    (sum) => sum,
  ),
  ReduceSum: summed(
    (value) => value,
    (sum) => sum,
  ),
  Cast: same,
  Identity: same,
  Squeeze: (_, [x]) => (x && x.data.length === 1 ? scalar(x.data[0]!) : x ? vector(x.data) : null),
  Unsqueeze: (node, [x, axes]) => {
    const added = axes?.data ?? node.ints('axes')
    if (!x || !added) return null
    const rank = x.shape.length + added.length
    const at = new Set([...added].map((axis) => (axis < 0 ? axis + rank : axis)))
    const own = [...x.shape]
    const shape = Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : (own.shift() ?? 1)))
    return { shape, data: x.data }
  },
  Shape: (_, [x]) => (x ? vector(x.shape) : null),
  Reshape: (_, [x, target]) => (x && target ? reshaped(x, [...target.data]) : null),
  Concat: (_, inputs) => vector(inputs.flatMap(({ data }) => [...data])),
  Gather: (_, [x, index]) => {
    if (x?.shape.length !== 1 || !index) return null
    const picked = index.data.map((at) => x.data[at < 0 ? at + x.data.length : at]!)
    return { shape: index.shape, data: picked }
  },
  Slice: (node, [x, starts, ends, axes, steps]) => {
    const start = starts?.data ?? node.ints('starts')
    const end = ends?.data ?? node.ints('ends')
    const along = axes?.data ?? node.ints('axes') ?? []
    if (!x || !start || !end) return null
    let result: Weight | null = x
    for (let i = 0; i < start.length && result; i++)
      result = sliced(result, along[i] ?? i, { start: start[i]!, end: end[i]!, step: steps?.data[i] ?? 1 })
    return result
  },
  ConstantOfShape: (_, [shape]) => {
    const count = shape?.data.reduce((product, side) => product * side, 1)
    return count !== undefined && count >= 0 && count <= longest ? vector(new Float32Array(count)) : null
  },
  Transpose: (node, [x]) => (x ? transposed(x, node.ints('perm')) : null),
}

function transposed({ shape, data }: Weight, order: readonly number[] | null): Weight | null {
  const perm = order ?? shape.map((_, axis) => shape.length - 1 - axis)
  if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== shape.length)
    return null
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1))
  const sides = perm.map((axis) => shape[axis]!)
  const steps = perm.map((axis) => strides[axis]!)
  const at = sides.map(() => 0)
  let from = 0
  const moved = new Float32Array(data.length)
  for (let to = 0; to < moved.length; to++) {
    moved[to] = data[from]!
    // The last axis goes on; where it is at its end it goes back, and the one before goes on.
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++at[axis]! < sides[axis]!) break
      from -= steps[axis]! * sides[axis]!
      at[axis] = 0
    }
  }
  return { shape: sides, data: moved }
}

/** Along one axis, all of a stretch, or all of it backwards. */
function sliced(
  { shape, data }: Weight,
  given: number,
  { start, end, step }: { start: number; end: number; step: number },
): Weight | null {
  const axis = given < 0 ? given + shape.length : given
  const length = shape[axis]
  if (length === undefined) return null
  const isReverse = step === -1 && start === -1 && end < -length
  if (step !== 1 && !isReverse) return null
  const all = Array.from({ length }, (_, i) => i)
  const kept = isReverse ? all.reverse() : all.slice(start, end)
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1)
  const outer = inner > 0 ? data.length / (inner * length) : 0
  const result = new Float32Array(outer * kept.length * inner)
  for (let row = 0; row < outer; row++)
    kept.forEach((from, to) => {
      const at = (row * length + from) * inner
      result.set(data.subarray(at, at + inner), (row * kept.length + to) * inner)
    })
  return { shape: shape.map((side, i) => (i === axis ? kept.length : side)), data: result }
}

function reshaped({ data }: Weight, target: readonly number[]): Weight | null {
  const known = target.filter((side) => side !== -1).reduce((product, side) => product * side, 1)
  const shape = target.map((side) => (side === -1 ? data.length / known : side))
  return shape.reduce((product, side) => product * side, 1) === data.length ? { shape, data } : null
}

const wholeTypes = new Set([6, 7])

/** What a node gives whose inputs are all known, where it is arithmetic on a few numbers or another layout; else null. */
export function computed(node: OnnxNode, inputs: readonly OnnxConstant[]): OnnxConstant | null {
  const isLong = inputs.some(({ data }) => data.length > longest)
  const isTooLong = inputs.some(({ data }) => data.length > longestWeight)
  const isRead = layouts.has(node.op) || (ofWeights.has(node.op) && !isTooLong)
  if (inputs.length === 0 || (isLong && !isRead)) return null
  const compute = Object.hasOwn(computations, node.op) ? computations[node.op] : undefined
  const result = compute?.(node, inputs)
  if (!result) return null
  const whole =
    node.op === 'Cast'
      ? wholeTypes.has(node.number('to') ?? 0)
      : node.op === 'Shape' || inputs.every((input) => input.whole)
  return { shape: result.shape, data: whole ? result.data.map(Math.trunc) : result.data, whole }
}
