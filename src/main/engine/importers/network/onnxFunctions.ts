import type { OnnxNode } from '../onnxGraph'
import { shared, squared } from './composites'
import type { NodeDraft } from './networkBuilder'
import type { NetworkReader } from './onnxNetwork'
import { applied, asChannels, type Operator, refuse, type TensorValue, tensorAt } from './onnxReading'

const function_ =
  (name: 'exp' | 'log' | 'abs'): Operator =>
  (node, reader) => [applied(node, reader, tensorAt(node, reader), { op: 'function', function: name })]

/** The drawn number's own mean stands for it: a code is its mean then, and not one that is drawn. */
const drawn: Operator = (node) => {
  const mean = node.op.startsWith('RandomUniform')
    ? ((node.number('low') ?? 0) + (node.number('high') ?? 1)) / 2
    : (node.number('mean') ?? 0)
  return [{ kind: 'constant', constant: { shape: [], data: Float32Array.of(mean) } }]
}

const chained =
  (op: 'add' | 'mul', share = false): Operator =>
  (node, reader) => {
    const parts = node.inputs.map((_, at) => tensorAt(node, reader, at))
    const [x] = parts as [TensorValue]
    if (parts.length === 1) return [x]
    const sum = {
      ...x,
      value: reader.builder.add(
        node.name,
        { op },
        parts.map(({ value }) => value),
      ),
    }
    return [share ? applied(node, reader, sum, { op: 'affine', gain: 1 / parts.length, shift: 0 }) : sum]
  }

/** a + max(b - a, 0) for the larger, a - max(a - b, 0) for the smaller; with a number it is a clip. */
const extreme =
  (isLargest: boolean): Operator =>
  (node, reader) => {
    if (node.inputs.length !== 2) return refuse(node, 'compares more than two')
    const at = [0, 1].findIndex((one) => reader.constant(node.inputs[one]))
    if (at >= 0) {
      const bound = reader.constant(node.inputs[at])!.data
      if (bound.length !== 1) return refuse(node, 'compares with several numbers')
      const clip = isLargest ? { low: bound[0]!, high: largest } : { low: -largest, high: bound[0]! }
      return [applied(node, reader, tensorAt(node, reader, 1 - at), { op: 'clip', ...clip })]
    }
    const [a, b] = [tensorAt(node, reader, 0), tensorAt(node, reader, 1)]
    const add = (draft: NodeDraft, ...inputs: string[]) => reader.builder.add(node.name, draft, inputs)
    const over = isLargest ? add({ op: 'sub' }, b.value, a.value) : add({ op: 'sub' }, a.value, b.value)
    const positive = add({ op: 'activation', activation: 'relu' }, over)
    return [{ ...a, value: add({ op: isLargest ? 'add' : 'sub' }, a.value, positive) }]
  }

const largest = 3.4e38

const softmax: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const axis = node.number('axis') ?? -1
  const share = <V extends TensorValue>(of: V): V => ({
    ...of,
    value: shared(reader.builder, node.name, of.value),
  })
  return [x.kind === 'row' ? share(x) : asChannels(node, reader, x, axis, share)]
}

/** α · ELU(x / α) */
const celu: Operator = (node, reader) => {
  const alpha = node.number('alpha') ?? 1
  const inner = applied(node, reader, tensorAt(node, reader), { op: 'affine', gain: 1 / alpha, shift: 0 })
  const bent = applied(node, reader, inner, { op: 'activation', activation: 'elu' })
  return [applied(node, reader, bent, { op: 'affine', gain: alpha, shift: 0 })]
}

const swish: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const inner = applied(node, reader, x, { op: 'affine', gain: node.number('alpha') ?? 1, shift: 0 })
  const share = applied(node, reader, inner, { op: 'activation', activation: 'sigmoid' })
  return [{ ...x, value: reader.builder.add(node.name, { op: 'mul' }, [x.value, share.value]) }]
}

/** x², x³, √x, 1/x and 1/√x */
const power: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const exponent = reader.constant(node.inputs[1])
  const to = exponent?.data.length === 1 ? exponent.data[0]! : NaN
  const root = () => applied(node, reader, x, { op: 'sqrt' })
  if (to === 1) return [x]
  if (to === 0.5) return [root()]
  if (to === 2) return [{ ...x, value: squared(reader.builder, node.name, x.value) }]
  if (to === 3)
    return [{ ...x, value: reader.builder.add(node.name, { op: 'mul' }, [x.value, x.value, x.value]) }]
  if (to === -1 || to === -0.5) return [inverse(node, reader, to === -1 ? x : root())]
  return refuse(node, 'takes another power than the square, the cube, the root or their inverses')
}

function inverse(node: OnnxNode, reader: NetworkReader, x: TensorValue): TensorValue {
  const one = applied(node, reader, x, { op: 'affine', gain: 0, shift: 1 })
  return { ...x, value: reader.builder.add(node.name, { op: 'div' }, [one.value, x.value]) }
}

/** Functions of numbers, and what is made of several values. */
export const functions: Readonly<Record<string, Operator>> = {
  Exp: function_('exp'),
  Log: function_('log'),
  Abs: function_('abs'),
  Pow: power,
  Reciprocal: (node, reader) => [inverse(node, reader, tensorAt(node, reader))],
  Celu: celu,
  Swish: swish,
  Softmax: softmax,
  Sum: chained('add'),
  Mean: chained('add', true),
  Max: extreme(true),
  Min: extreme(false),
  RandomNormalLike: drawn,
  RandomUniformLike: drawn,
  RandomNormal: drawn,
  RandomUniform: drawn,
}
