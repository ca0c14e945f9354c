import { type Activation, activationFacts, activations } from '../../../../shared/activations'
import type { ActivationFacts } from '../../../../shared/activations/activation'
import type { Weight } from '../../models/weights'
import type { OnnxNode } from '../onnxGraph'
import { batchNorm } from './batchNorm'
import {
  type CompositeActivation,
  compositeActivations,
  eluOf,
  gelu,
  hardSigmoid,
  normalized,
} from './composites'
import { vector } from './networkBuilder'
import { groupNormalization, normalizedGroups } from './onnxGroups'
import type { NetworkReader } from './onnxNetwork'
import { functions } from './onnxFunctions'
import { eachChannel, gridded, keepsShape, slopedGrid } from './onnxGrids'
import { normalizedWhole, reductions } from './onnxReductions'
import { applied, asChannels, type Operator, refuse, type TensorValue, tensorAt } from './onnxReading'

const activation =
  (name: Activation): Operator =>
  (node, reader) => [applied(node, reader, tensorAt(node, reader), { op: 'activation', activation: name })]

const elu: Operator = (node, reader) => {
  const alpha = node.number('alpha') ?? 1
  if (alpha === 1) return activation('elu')(node, reader)
  const x = tensorAt(node, reader)
  return [{ ...x, value: eluOf(reader.builder, node.name, x.value, alpha) }]
}

const made =
  (name: CompositeActivation): Operator =>
  (node, reader) => {
    const x = tensorAt(node, reader)
    return [{ ...x, value: compositeActivations[name](reader.builder, node.name, x.value) }]
  }

const selu: Operator = (node, reader) => {
  const isUsual = (attribute: string, usual: number) =>
    Math.abs((node.number(attribute) ?? usual) - usual) < 1e-5
  if (!isUsual('alpha', 1.6732632) || !isUsual('gamma', 1.050701))
    return refuse(node, 'has other constants than those of its paper')
  return made('selu')(node, reader)
}

const leaky: Operator = (node, reader) => [
  applied(node, reader, tensorAt(node, reader), { op: 'leaky', slope: node.number('alpha') ?? 0.01 }),
]

const prelu: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const slopes = reader.constant(node.inputs[1]) ?? refuse(node, 'computes its slopes')
  if (slopes.data.length === 1) return [applied(node, reader, x, { op: 'leaky', slope: slopes.data[0]! })]
  const slope = eachChannel(reader, x, slopes)
  if (!slope) return [slopedGrid(node, reader, x, slopes)]
  return [applied(node, reader, x, { op: 'prelu', channels: slope.data.length }, { slope })]
}

const clip: Operator = (node, reader) => {
  const bound = (at: number, attribute: string, otherwise: number) =>
    reader.constant(node.inputs[at])?.data[0] ?? node.number(attribute) ?? otherwise
  const [low, high] = [bound(1, 'min', -largest), bound(2, 'max', largest)]
  return [applied(node, reader, tensorAt(node, reader), { op: 'clip', low, high })]
}

const largest = 3.4e38

const hard: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const [gain, shift] = [node.number('alpha') ?? 0.2, node.number('beta') ?? 0.5]
  return [{ ...x, value: hardSigmoid(reader.builder, node.name, x.value, gain, shift) }]
}

const hardSwish: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const share = hardSigmoid(reader.builder, node.name, x.value, 1 / 6, 0.5)
  return [{ ...x, value: reader.builder.add(node.name, { op: 'mul' }, [x.value, share]) }]
}

const smooth: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const isExact = (node.text('approximate') ?? 'none') === 'none'
  return [{ ...x, value: gelu(reader.builder, node.name, x.value, isExact) }]
}

const negative: Operator = (node, reader) => [
  applied(node, reader, tensorAt(node, reader), { op: 'affine', gain: -1, shift: 0 }),
]

const batchNormalization: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map(
    (at) => reader.constant(node.inputs[at])?.data ?? refuse(node, 'computes its statistics'),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const weights = batchNorm({ gamma, beta, mean, variance }, node.number('epsilon') ?? 1e-5)
  return [applied(node, reader, x, { op: 'scale', channels: variance.length }, { ...weights })]
}

function normalizedOver(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  over: 'mean' | 'channel-mean',
) {
  const { channels } = reader.builder.shape(x.value)
  const gain = reader.constant(node.inputs[1])?.data ?? new Float32Array(0)
  const shift = reader.constant(node.inputs[2])?.data ?? new Float32Array(channels)
  if (gain.length !== channels || shift.length !== channels)
    refuse(node, 'does not scale each channel by a constant')
  const numbers = { gain, shift, epsilon: node.number('epsilon') ?? 1e-5 }
  return normalized(reader.builder, node.name, x.value, over, numbers)
}

const instanceNormalization: Operator = (node, reader) => {
  const x = reader.value(node.inputs[0] ?? '', node)
  if (x.kind === 'groups') return [normalizedGroups(node, reader, x)]
  if (x.kind !== 'image') return refuse(node, 'reads numbers where it takes an image')
  return [{ ...x, value: normalizedOver(node, reader, x, 'mean') }]
}

const layerNormalization: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const axis = node.number('axis') ?? -1
  const over = <V extends TensorValue>(of: V): V => ({
    ...of,
    value: normalizedOver(node, reader, of, 'channel-mean'),
  })
  if (x.kind === 'row') return [over(x)]
  if (axis === 1 || axis === -3) return [normalizedWhole(node, reader, x)]
  if (axis !== -1 && axis !== 3) return refuse(node, 'normalizes over rows or columns')
  return [asChannels(node, reader, x, -1, over)]
}

const isZero = (constant: Weight | null | undefined) => constant?.data.length === 1 && constant.data[0] === 0

/** What is multiplied with zero is not looked at any more: the spread of a code, of which the mean is taken. */
const nothing = { kind: 'constant', constant: { shape: [], data: new Float32Array(1) } } as const

type Arithmetic = 'Add' | 'Sub' | 'Mul' | 'Div'

/** Of two values, or of one and a constant: a number, or one for each channel. */
const arithmetic: Operator = (node, reader) => {
  const [a, b] = [0, 1].map((at) => reader.constant(node.inputs[at]))
  if (node.op === 'Mul' && (isZero(a) || isZero(b))) return [nothing]
  if (a || b) return [withConstant(node, reader, tensorAt(node, reader, a ? 1 : 0), (a ?? b)!, a !== null)]
  const values = [0, 1].map((at) => tensorAt(node, reader, at))
  const [x, y] = values as [TensorValue, TensorValue]
  const isLevel = ({ value }: TensorValue) => reader.builder.isLevel(value)
  const isMixed = x.kind === 'image' && y.kind === 'image' && x.order !== y.order
  if (isMixed && !isLevel(x) && !isLevel(y))
    return refuse(node, 'combines images whose axes are in different orders')
  const op = ({ Add: 'add', Sub: 'sub', Mul: 'mul', Div: 'div' } as const)[node.op as Arithmetic]
  const like = isLevel(x) ? y : x
  return [{ ...like, value: reader.builder.add(node.name, { op }, [x.value, y.value]) }]
}

/** @param isFirst whether the constant is what something is taken from, or divided by something */
function withConstant(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  constant: Weight,
  isFirst: boolean,
): TensorValue {
  const op = node.op as Arithmetic
  if (op === 'Div' && isFirst) return dividedBy(node, reader, x, constant)
  const isNothing = constant.data.every((value) => value === 0)
  if (isNothing && (op === 'Add' || (op === 'Sub' && !isFirst)) && keepsShape(reader, x, constant)) return x
  const gainOf = (value: number) =>
    op === 'Mul' ? value : op === 'Div' ? 1 / value : op === 'Sub' && isFirst ? -1 : 1
  const shiftOf = (value: number) =>
    op === 'Add' || (op === 'Sub' && isFirst) ? value : op === 'Sub' ? -value : 0
  if (constant.data.length === 1) {
    const value = constant.data[0]!
    return applied(node, reader, x, { op: 'affine', gain: gainOf(value), shift: shiftOf(value) })
  }
  const own = eachChannel(reader, x, constant)
  if (!own) {
    const gain = { shape: constant.shape, data: constant.data.map(gainOf) }
    return gridded(node, reader, x, {
      gain,
      shift: { shape: constant.shape, data: constant.data.map(shiftOf) },
    })
  }
  const { data } = own
  if (
    op === 'Add' &&
    reader.readersOf(nameOf(node, reader, x)).length === 1 &&
    reader.builder.addBias(x.value, data)
  )
    return x
  const weights = { gain: vector(data.map(gainOf)), shift: vector(data.map(shiftOf)) }
  return applied(node, reader, x, { op: 'scale', channels: data.length }, weights)
}

const nameOf = (node: OnnxNode, reader: NetworkReader, x: TensorValue) =>
  node.inputs.find((input) => reader.valueOf(input) === x) ?? ''

/** What a constant is divided by. */
function dividedBy(node: OnnxNode, reader: NetworkReader, x: TensorValue, constant: Weight): TensorValue {
  const zeros = { shape: constant.shape, data: new Float32Array(constant.data.length) }
  const one = constant.data.length === 1
  const dividend = one
    ? applied(node, reader, x, { op: 'affine', gain: 0, shift: constant.data[0]! })
    : x.kind === 'image'
      ? gridded(node, reader, x, { gain: zeros, shift: constant })
      : refuse(node, 'divides a row of constants')
  return { ...x, value: reader.builder.add(node.name, { op: 'div' }, [dividend.value, x.value]) }
}

const knownActivations: Readonly<Record<string, Operator>> = Object.fromEntries(
  activations.flatMap((name) => {
    const { graph }: ActivationFacts = activationFacts[name]
    return graph?.readFrom ? [[graph.readFrom, activation(name)]] : []
  }),
)

/** Operators on each number by itself, or on each channel. */
export const elementwise: Readonly<Record<string, Operator>> = {
  Elu: elu,
  LeakyRelu: leaky,
  Selu: selu,
  Mish: made('mish'),
  Softsign: made('softsign'),
  PRelu: prelu,
  Clip: clip,
  Sqrt: (node, reader) => [applied(node, reader, tensorAt(node, reader), { op: 'sqrt' })],
  Erf: (node, reader) => [applied(node, reader, tensorAt(node, reader), { op: 'erf' })],
  Gelu: smooth,
  HardSigmoid: hard,
  HardSwish: hardSwish,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  Neg: negative,
  BatchNormalization: batchNormalization,
  Add: arithmetic,
  Sub: arithmetic,
  Mul: arithmetic,
  Div: arithmetic,
  ...functions,
  ...reductions,
  ...knownActivations,
}
