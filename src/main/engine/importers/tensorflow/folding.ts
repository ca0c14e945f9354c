import type { GraphNode } from './graph'
import type { Numbers } from './tensors'
import type { Value } from './onnxWriter'

type Known = Extract<Value, { kind: 'constant' }>

/** Arithmetic on sizes is on few numbers; weights are computed by what reads the ONNX file. */
const longest = 64

/** What a graph computes of sizes and other known numbers; null where it is no such operation. */
export function folded(node: GraphNode, inputs: readonly Value[]): Numbers | null {
  if (node.op === 'Shape') {
    const [x] = inputs
    return x && 'shape' in x ? list(x.shape) : null
  }
  if (inputs.length === 0 || !inputs.every((one): one is Known => one.kind === 'constant')) return null
  if (inputs.some(({ data }) => data.length > longest)) return null
  const compute = Object.hasOwn(computations, node.op) ? computations[node.op] : undefined
  const made = compute?.(node, inputs) ?? null
  return made && made.data.length <= 4096 ? made : null
}

const list = (data: readonly number[]): Numbers => ({
  shape: [data.length],
  data: Float32Array.from(data),
  whole: true,
})

type Compute = (node: GraphNode, inputs: readonly Known[]) => Numbers | null

const pairwise =
  (compute: (a: number, b: number) => number): Compute =>
  (_, [a, b]) => {
    if (!a || !b) return null
    const longer = a.data.length >= b.data.length ? a : b
    if (a.data.length !== b.data.length && a.data.length !== 1 && b.data.length !== 1) return null
    const at = ({ data }: Known, i: number) => data[data.length === 1 ? 0 : i]!
    const data = longer.data.map((_, i) => compute(at(a, i), at(b, i)))
    return { shape: longer.shape, data, whole: a.whole && b.whole }
  }

const each =
  (compute: (value: number) => number): Compute =>
  (_, [x]) =>
    x ? { shape: x.shape, data: x.data.map(compute), whole: x.whole } : null

const reduced =
  (start: number, compute: (a: number, b: number) => number): Compute =>
  (_, [x]) =>
    x && x.shape.length <= 1
      ? { shape: [], data: Float32Array.of(x.data.reduce(compute, start)), whole: x.whole }
      : null

const flat = (inputs: readonly Known[]): Numbers => ({
  ...list(inputs.flatMap(({ data }) => [...data])),
  whole: inputs.every(({ whole }) => whole),
})

const computations: Readonly<Record<string, Compute>> = {
  Add: pairwise((a, b) => a + b),
  AddV2: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  RealDiv: pairwise((a, b) => a / b),
  FloorDiv: pairwise((a, b) => Math.floor(a / b)),
  FloorMod: pairwise((a, b) => a - b * Math.floor(a / b)),
  Maximum: pairwise(Math.max),
  Minimum: pairwise(Math.min),
  Neg: each((value) => -value),
  Sqrt: each(Math.sqrt),
  Rsqrt: each((value) => 1 / Math.sqrt(value)),
  Ceil: each(Math.ceil),
  Floor: each(Math.floor),
  Identity: each((value) => value),
  Cast: ({ attr }, [x]) =>
    x ? { ...x, whole: attr.DstT?.type !== 1 && attr.DstT?.type !== 2 && x.whole } : null,
  Prod: reduced(1, (a, b) => a * b),
  Sum: reduced(0, (a, b) => a + b),
  Pack: (_, inputs) => (inputs.every(({ data }) => data.length === 1) ? flat(inputs) : null),
  ConcatV2: (_, inputs) =>
    inputs.every(({ shape }) => shape.length <= 1) ? flat(inputs.slice(0, -1)) : null,
  ExpandDims: (_, [x]) => (x && x.shape.length <= 1 ? { ...x, shape: [1, ...x.shape] } : null),
  Squeeze: (_, [x]) => (x?.data.length === 1 ? { ...x, shape: [] } : null),
  Reshape: (_, [x, to]) => {
    if (!x || !to) return null
    const sides = [...to.data]
    const known = sides.reduce((product, side) => product * (side < 0 ? 1 : side), 1)
    return { ...x, shape: sides.map((side) => (side < 0 ? x.data.length / known : side)) }
  },
  Range: (_, [from, to, step]) => {
    if (!from || !to || !step?.data[0]) return null
    const count = Math.ceil((to.data[0]! - from.data[0]!) / step.data[0])
    if (!(count >= 0 && count <= longest)) return null
    return list(Array.from({ length: count }, (_, i) => from.data[0]! + i * step.data[0]!))
  },
  GatherV2: (_, [x, at]) => {
    if (x?.shape.length !== 1 || !at) return null
    return { shape: at.shape, data: at.data.map((i) => x.data[i]!), whole: x.whole }
  },
  Fill: (_, [to, value]) => {
    const size = to ? [...to.data].reduce((product, side) => product * side, 1) : Infinity
    if (!to || !value || !(size <= 4096)) return null
    return { shape: [...to.data], data: new Float32Array(size).fill(value.data[0]!), whole: value.whole }
  },
  StridedSlice: ({ attr }, [x, from, to, step]) => {
    if (x?.shape.length !== 1 || from?.data.length !== 1 || !to || !step) return null
    const length = x.data.length
    const place = (at: number) => Math.min(length, Math.max(0, at < 0 ? at + length : at))
    const start = attr.begin_mask?.i ? 0 : place(from.data[0]!)
    if (attr.shrink_axis_mask?.i) return { shape: [], data: x.data.slice(start, start + 1), whole: x.whole }
    const end = attr.end_mask?.i ? length : place(to.data[0]!)
    if (step.data[0] !== 1) return null
    const data = x.data.slice(start, end)
    return { shape: [data.length], data, whole: x.whole }
  },
}
