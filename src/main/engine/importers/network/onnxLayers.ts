import { transposed, type Weight } from '../../models/weights'
import type { OnnxNode } from '../onnxGraph'
import { spatialFirst } from '../spatialFirst'
import { type NodeDraft, vector, weight } from './networkBuilder'
import type { NetworkReader } from './onnxNetwork'
import { cropAndGrow, type Margins, oddFirst, sameMargins, sameOverlap } from './margins'
import {
  applied,
  asChannels,
  type ImageValue,
  type Operator,
  planesAt,
  refuse,
  tensorAt,
} from './onnxReading'

type Four = [number, number, number, number]
type Pair = [number, number]

const gemm: Operator = (node, reader) => {
  const number = (attribute: string, otherwise: number) => node.number(attribute) ?? otherwise
  if (number('transA', 0) !== 0) refuse(node, 'transposes what it reads')
  if (node.inputs[2] && !reader.constant(node.inputs[2])) refuse(node, 'adds what the network computes')
  const scales = { kernel: number('alpha', 1), bias: number('beta', 1) }
  return dense(node, reader, number('transB', 0) !== 0, reader.constant(node.inputs[2]), scales)
}

const matMul: Operator = (node, reader) => dense(node, reader, false, null)

function dense(
  node: OnnxNode,
  reader: NetworkReader,
  isTransposed: boolean,
  added: Weight | null,
  scales = { kernel: 1, bias: 1 },
) {
  const x = tensorAt(node, reader)
  const constant = reader.constant(node.inputs[1])
  if (constant?.shape.length !== 2) return refuse(node, 'multiplies with no constant matrix')
  const [rows, columns] = constant.shape as Pair
  const turned = isTransposed ? weight([columns, rows], transposed(constant.data, rows, columns)) : constant
  const kernel = weight(turned.shape, scaledBy(turned.data, scales.kernel))
  const [reads, units] = kernel.shape as Pair
  const bias = added && scaledBy(repeated(node, added.data, units), scales.bias)
  const weights = { kernel, ...(bias ? { bias: vector(bias) } : {}) }
  if (x.kind === 'image') {
    const draft = {
      op: 'conv',
      kernel: [1, 1] as Pair,
      reads,
      filters: units,
      stride: 1,
      dilation: 1,
    } as const
    const own = { ...weights, kernel: weight([1, 1, reads, units], kernel.data) }
    const multiplied = (of: ImageValue) =>
      applied(node, reader, of, { ...draft, pads: [0, 0, 0, 0], bias: bias !== null }, own)
    return [asChannels(node, reader, x, -1, multiplied)]
  }
  return [applied(node, reader, x, { op: 'dense', reads, units, bias: bias !== null }, weights)]
}

const scaledBy = (data: Float32Array, factor: number) =>
  factor === 1 ? data : data.map((value) => value * factor)

/** One number may stand for all. */
function repeated(node: OnnxNode, data: Float32Array, units: number): Float32Array {
  if (data.length === 1) return new Float32Array(units).fill(data[0]!)
  return data.length === units ? data : refuse(node, `adds ${data.length} numbers to ${units}`)
}

const conv: Operator = (node, reader) => {
  const x = planesAt(node, reader)
  const { kernel: constant, bias, weights } = kernelOf(node, reader)
  const [filters, reads] = constant.shape as Four
  const group = node.number('group') ?? 1
  const steps = pairOf(node, 'strides')
  const { kernel: spread, dilation } = withDilation(node, constant)
  const [height, width] = spread.shape.slice(2) as Pair
  const pads = padsOf(node, x, reader, [height, width], steps, dilation)
  // Steps that differ are taken afterwards.
  const stride = steps[0] === steps[1] ? steps[0] : 1
  const [around, [top, left, bottom, right]] = cropAndPad(node, reader, x, pads)
  const common = {
    kernel: [height, width] as Pair,
    pads: [top, left, bottom, right] as Four,
    bias,
    stride,
    dilation,
  }
  const subsampled = (value: ImageValue) =>
    steps[0] === steps[1]
      ? value
      : applied(node, reader, value, { op: 'subsample', rows: steps[0], columns: steps[1] })
  if (group === 1) {
    const kernel = spatialFirst(spread)
    return [
      subsampled(
        applied(node, reader, around, { op: 'conv', ...common, reads, filters }, { kernel, ...weights }),
      ),
    ]
  }
  if (reads !== 1 || (group <= 8 && group !== filters))
    return [subsampled(inGroups(node, reader, around, group, spread, { ...common, reads, filters }))]
  const kernel = weight([height, width, filters], spatialFirst(spread).data)
  const draft = { op: 'depthwise', ...common, reads: group, multiplier: filters / group } as const
  return [subsampled(applied(node, reader, around, draft, { kernel, ...weights }))]
}

/** Sides that a kernel is to be cut off by are cut off the image, and the others stay. */
function cropAndPad(node: OnnxNode, reader: NetworkReader, x: ImageValue, pads: Four): [ImageValue, Four] {
  if (pads.every((side) => side >= 0)) return [x, pads]
  const sides = pads.map((side) => Math.max(0, -side)) as Four
  return [applied(node, reader, x, { op: 'crop', sides }), pads.map((side) => Math.max(0, side)) as Four]
}

/** Zeros between the taps where they lie wider apart in one direction than in the other. */
function withDilation(node: OnnxNode, kernel: Weight): { kernel: Weight; dilation: number } {
  const [rows, columns] = pairOf(node, 'dilations')
  return rows === columns
    ? { kernel, dilation: rows }
    : { kernel: spreadOut(kernel, rows, columns), dilation: 1 }
}

/** @param kernel of which the last two sides are height and width */
function spreadOut({ shape, data }: Weight, rows: number, columns: number): Weight {
  const [a, b, height, width] = shape as Four
  const [tall, wide] = [(height - 1) * rows + 1, (width - 1) * columns + 1]
  const result = new Float32Array(a * b * tall * wide)
  data.forEach((value, i) => {
    const [column, row, plane] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))]
    result[(plane * tall + row * rows) * wide + column * columns] = value
  })
  return weight([a, b, tall, wide], result)
}

const mostGroups = 64

/** Each group of channels through filters of its own, put together again. */
function inGroups(
  node: OnnxNode,
  reader: NetworkReader,
  x: ImageValue,
  groups: number,
  constant: Weight,
  conv: Omit<Extract<NodeDraft, { op: 'conv' }>, 'op'>,
): ImageValue {
  const { weights } = kernelOf(node, reader)
  const { builder } = reader
  const { reads, filters } = conv
  const each = filters / groups
  if (groups > mostGroups || !Number.isInteger(each))
    return refuse(node, `has ${groups} groups of channels, of which ${mostGroups} are read`)
  const taps = constant.data.length / groups
  const parts = Array.from({ length: groups }, (_, i) => {
    const own = builder.add(node.name, { op: 'channels', from: i * reads, count: reads }, [x.value])
    const data = constant.data.subarray(i * taps, (i + 1) * taps)
    const kernel = spatialFirst(weight([each, ...constant.shape.slice(1)], data))
    const bias = weights.bias && vector(weights.bias.data.slice(i * each, (i + 1) * each))
    const draft = { op: 'conv', ...conv, filters: each } as const
    return builder.add(node.name, draft, [own], { kernel, ...(bias ? { bias } : {}) })
  })
  return { ...x, value: builder.add(node.name, { op: 'concat' }, parts) }
}

const convTranspose: Operator = (node, reader) => {
  const x = planesAt(node, reader)
  const { kernel: given, weights } = kernelOf(node, reader)
  const constant = spreadOut(given, ...pairOf(node, 'dilations'))
  const [reads, each, height, width] = constant.shape as Four
  const stride = squareOf(node, 'strides')
  if (node.ints('output_shape')) return refuse(node, 'names the size of what it gives')
  const cut = overlapOf(node, [height, width], stride)
  const groups = node.number('group') ?? 1
  const draft = {
    op: 'conv-transposed' as const,
    kernel: [height, width] as Pair,
    filters: each,
    stride,
    ...cropAndGrow(cut),
  } as const
  if (groups > mostGroups || reads % groups)
    return refuse(node, `has ${groups} groups of channels, of which ${mostGroups} are read`)
  const { builder } = reader
  const count = reads / groups
  const parts = Array.from({ length: groups }, (_, i) => {
    const own =
      groups === 1 ? x.value : builder.add(node.name, { op: 'channels', from: i * count, count }, [x.value])
    const taps = constant.data.length / groups
    const kernel = spatialFirst(
      weight([count, each, height, width], constant.data.slice(i * taps, (i + 1) * taps)),
    )
    const bias = weights.bias && vector(weights.bias.data.slice(i * each, (i + 1) * each))
    const all = { kernel, ...(bias ? { bias } : {}) }
    return builder.add(node.name, { ...draft, reads: count, bias: bias !== undefined }, [own], all)
  })
  const value = groups === 1 ? parts[0]! : builder.add(node.name, { op: 'concat' }, parts)
  return [{ ...x, value }]
}

/** What is cut off of all that the patches cover. */
function overlapOf(node: OnnxNode, kernel: Pair, stride: number): Margins {
  const auto = node.text('auto_pad') ?? 'NOTSET'
  const [rows = 0, columns = 0] = node.ints('output_padding') ?? []
  const edges = (node.ints('pads') ?? [0, 0, 0, 0]) as Four
  const same = sameOverlap(kernel, stride)
  if (auto === 'SAME_UPPER') return same
  if (auto === 'SAME_LOWER') return oddFirst(same)
  return [edges[0], edges[1], edges[2] - rows, edges[3] - columns]
}

/** @throws ExpectedError where it is no constant of four dimensions */
function kernelOf(node: OnnxNode, reader: NetworkReader) {
  const kernel = reader.constant(node.inputs[1])
  if (kernel?.shape.length !== 4) return refuse(node, 'has no constant kernel of four dimensions')
  const bias = reader.constant(node.inputs[2])
  const weights: Readonly<Record<string, Weight>> = bias ? { bias: vector(bias.data) } : {}
  return { kernel, bias: bias !== null, weights }
}

function squareOf(node: OnnxNode, attribute: string): number {
  const [a = 1, b = a] = node.ints(attribute) ?? []
  return a === b ? a : refuse(node, `has different ${attribute} for height and width`)
}

function pairOf(node: OnnxNode, attribute: string): Pair {
  const [a = 1, b = a] = node.ints(attribute) ?? []
  return [a, b]
}

/** @param kernel with zeros between its taps already where `dilation` does not say so */
function padsOf(
  node: OnnxNode,
  x: ImageValue,
  { builder }: NetworkReader,
  kernel: Pair,
  [rows, columns]: Pair,
  dilation: number,
): Four {
  const auto = node.text('auto_pad') ?? 'NOTSET'
  if (auto === 'NOTSET') return [...(node.ints('pads') ?? [0, 0, 0, 0])] as Four
  if (auto === 'VALID') return [0, 0, 0, 0]
  const shape = builder.shape(x.value)
  const down = sameMargins(shape, kernel, { stride: rows, dilation })
  const across = sameMargins(shape, kernel, { stride: columns, dilation })
  const margins: Four = [down[0], across[1], down[2], across[3]]
  return auto === 'SAME_LOWER' ? oddFirst(margins) : margins
}

/** Operators with a kernel. */
export const layers: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: matMul,
  Conv: conv,
  ConvTranspose: convTranspose,
}
