import { broadcast, knownNumbers, type Operation, refuse, shaped } from './operation'
import { textOf } from './graph'
import type { Shaped, OnnxWriter } from './onnxWriter'

const same =
  (op: string, attributes: Readonly<Record<string, number>> = {}): Operation =>
  (node, inputs, to) => {
    const x = shaped(node, inputs)
    return to.node(op, [x], x.shape, attributes)
  }

/** The attribute of TensorFlow that ONNX calls alpha. */
const leaky: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  return to.node('LeakyRelu', [x], x.shape, { alpha: node.attr.alpha?.f ?? 0.2 })
}

const both =
  (op: string): Operation =>
  (node, inputs, to) => {
    const [a, b] = [shaped(node, inputs), shaped(node, inputs, 1)]
    return to.node(op, [a, b], broadcast(node, a.shape, b.shape))
  }

const unchanged: Operation = (_, inputs) => inputs[0] ?? { kind: 'other' }

const rootInverse: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  return to.node('Reciprocal', [to.node('Sqrt', [x], x.shape)], x.shape)
}

/** 1 − erf(x) */
const complement: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  return to.node('Sub', [to.floats([1], []), to.node('Erf', [x], x.shape)], x.shape)
}

const square: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  return to.node('Mul', [x, x], x.shape)
}

const squaredDifference: Operation = (node, inputs, to) => {
  const [a, b] = [shaped(node, inputs), shaped(node, inputs, 1)]
  const shape = broadcast(node, a.shape, b.shape)
  const apart = to.node('Sub', [a, b], shape)
  return to.node('Mul', [apart, apart], shape)
}

const clipped = (x: Shaped, [from, until]: readonly number[], to: OnnxWriter) =>
  to.node('Clip', [x, to.floats([from!], []), to.floats([until!], [])], x.shape)

/** Where the channels are last, or second if the attribute says so. */
const bias: Operation = (node, inputs, to) => {
  const [x, b] = [shaped(node, inputs), shaped(node, inputs, 1)]
  if (Buffer.from(node.attr.data_format?.s ?? []).toString() === 'NCHW')
    return refuse(node, 'has channels first')
  return to.node('Add', [x, b], x.shape)
}

const matrices: Operation = (node, inputs, to) => {
  const { attr } = node
  const turned = (value: Shaped, isTurned: boolean | undefined) => {
    if (!isTurned) return value
    const { shape } = value
    const axes = shape.map((_, i) => i)
    const [last, before] = [axes.pop()!, axes.pop()!]
    const order = [...axes, last, before]
    return to.node(
      'Transpose',
      [value],
      order.map((axis) => shape[axis]!),
      { perm: order },
    )
  }
  const a = turned(shaped(node, inputs), attr.transpose_a?.b ?? attr.adj_x?.b)
  const b = turned(shaped(node, inputs, 1), attr.transpose_b?.b ?? attr.adj_y?.b)
  if (a.shape.length < 2 || b.shape.length < 2) return refuse(node, 'multiplies what are no matrices')
  const outer = broadcast(node, a.shape.slice(0, -2), b.shape.slice(0, -2))
  return to.node('MatMul', [a, b], [...outer, a.shape.at(-2)!, b.shape.at(-1)!])
}

const reduced =
  (op: string): Operation =>
  (node, inputs, to) => {
    const x = shaped(node, inputs)
    const rank = x.shape.length
    const axes = knownNumbers(node, inputs, 1).map((axis) => (axis < 0 ? axis + rank : axis))
    const keeps = node.attr.keep_dims?.b ?? false
    const shape = x.shape.flatMap((side, i) => (axes.includes(i) ? (keeps ? [1] : []) : [side]))
    if (axes.length === 0) return x
    // Of opset 17 sums take their axes as an input, and the others as an attribute.
    return op === 'ReduceSum'
      ? to.node(op, [x, to.integers(axes)], shape, { keepdims: Number(keeps) })
      : to.node(op, [x], shape, { axes, keepdims: Number(keeps) })
  }

const softmax =
  (op: string): Operation =>
  (node, inputs, to) => {
    const x = shaped(node, inputs)
    return to.node(op, [x], x.shape, { axis: x.shape.length - 1 })
  }

const sum: Operation = (node, inputs, to) => {
  const all = inputs.map((_, i) => shaped(node, inputs, i))
  return all.length === 1 ? all[0]! : to.node('Sum', all, all[0]!.shape)
}

/** Sums of products, by a letter for each side. */
const einsum: Operation = (node, inputs, to) => {
  const equation = textOf(node.attr.equation).replaceAll(' ', '')
  const [read = '', gives] = equation.split('->')
  const parts = inputs.map((_, i) => shaped(node, inputs, i))
  const letters = read.split(',')
  if (gives === undefined || equation.includes('.') || letters.length !== parts.length)
    return refuse(node, `computes ${equation}`)
  const sides = new Map(
    letters.flatMap((word, i) => [...word].map((letter, j) => [letter, parts[i]!.shape[j] ?? 1])),
  )
  return to.node(
    'Einsum',
    parts,
    [...gives].map((letter) => sides.get(letter) ?? 1),
    { equation },
  )
}

/** max(x, 0) up to 6 */
const relu6: Operation = (node, inputs, to) => clipped(shaped(node, inputs), [0, 6], to)

const clipByValue: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  return clipped(x, [knownNumbers(node, inputs, 1)[0]!, knownNumbers(node, inputs, 2)[0]!], to)
}

/** Functions of numbers, one by one, and sums and products of them. */
export const numbers: Readonly<Record<string, Operation>> = {
  Relu: same('Relu'),
  Relu6: relu6,
  Sigmoid: same('Sigmoid'),
  Tanh: same('Tanh'),
  Elu: same('Elu'),
  Selu: same('Selu'),
  Softplus: same('Softplus'),
  Softsign: same('Softsign'),
  LeakyRelu: leaky,
  Exp: same('Exp'),
  Log: same('Log'),
  Abs: same('Abs'),
  Neg: same('Neg'),
  Sqrt: same('Sqrt'),
  Erf: same('Erf'),
  Erfc: complement,
  Reciprocal: same('Reciprocal'),
  Inv: same('Reciprocal'),
  Rsqrt: rootInverse,
  Square: square,
  SquaredDifference: squaredDifference,
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  Add: both('Add'),
  AddV2: both('Add'),
  Sub: both('Sub'),
  Mul: both('Mul'),
  Div: both('Div'),
  RealDiv: both('Div'),
  Maximum: both('Max'),
  Minimum: both('Min'),
  Pow: both('Pow'),
  AddN: sum,
  Einsum: einsum,
  ClipByValue: clipByValue,
  BiasAdd: bias,
  MatMul: matrices,
  BatchMatMul: matrices,
  BatchMatMulV2: matrices,
  BatchMatMulV3: matrices,
  Mean: reduced('ReduceMean'),
  Sum: reduced('ReduceSum'),
  Max: reduced('ReduceMax'),
  Min: reduced('ReduceMin'),
  Identity: unchanged,
  IdentityN: (_, inputs) => inputs,
  StopGradient: unchanged,
  PreventGradient: unchanged,
  CheckNumerics: unchanged,
  Snapshot: unchanged,
  EnsureShape: unchanged,
  PlaceholderWithDefault: unchanged,
  Cast: unchanged,
}
