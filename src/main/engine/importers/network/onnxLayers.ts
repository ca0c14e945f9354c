import { transposed, type Weight } from '../../models/weights'
import type { OnnxNode } from '../onnxGraph'
import { spatialFirst } from '../spatialFirst'
import { type NodeDraft, vector, weight } from './networkBuilder'
import type { NetworkReader } from './onnxNetwork'
import { cropAndGrow, type Margins, oddFirst, sameMargins, sameOverlap } from './margins'
import { applied, type ImageValue, type Operator, planesAt, refuse, tensorAt } from './onnxReading'

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
  if (x.kind !== 'row' || constant?.shape.length !== 2)
    return refuse(node, 'multiplies with no constant matrix')
  const [rows, columns] = constant.shape as Pair
  const turned = isTransposed ? weight([columns, rows], transposed(constant.data, rows, columns)) : constant
  const kernel = weight(turned.shape, scaledBy(turned.data, scales.kernel))
  const [reads, units] = kernel.shape as Pair
  const bias = added && scaledBy(repeated(node, added.data, units), scales.bias)
  const weights = { kernel, ...(bias ? { bias: vector(bias) } : {}) }
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
  const [filters, reads, height, width] = constant.shape as Four
  const group = node.number('group') ?? 1
  const [stride, dilation] = [squareOf(node, 'strides'), squareOf(node, 'dilations')]
  const pads = padsOf(node, x, reader, [height, width], stride, dilation)
  const common = { kernel: [height, width] as Pair, pads, bias }
  if (group === 1) {
    const kernel = spatialFirst(constant)
    const draft = { op: 'conv', ...common, reads, filters, stride, dilation } as const
    return [applied(node, reader, x, draft, { kernel, ...weights })]
  }
  if (group !== filters || reads !== 1 || stride !== 1 || dilation !== 1)
    return [inGroups(node, reader, x, group, { ...common, reads, filters, stride, dilation })]
  const kernel = weight([height, width, filters], spatialFirst(constant).data)
  return [applied(node, reader, x, { op: 'depthwise', ...common, reads: filters }, { kernel, ...weights })]
}

const mostGroups = 64

/** Each group of channels through filters of its own, put together again. */
function inGroups(
  node: OnnxNode,
  reader: NetworkReader,
  x: ImageValue,
  groups: number,
  conv: Omit<Extract<NodeDraft, { op: 'conv' }>, 'op'>,
): ImageValue {
  const { kernel: constant, weights } = kernelOf(node, reader)
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
  const { kernel: constant, bias, weights } = kernelOf(node, reader)
  const [reads, filters, height, width] = constant.shape as Four
  const stride = squareOf(node, 'strides')
  if ((node.number('group') ?? 1) !== 1 || squareOf(node, 'dilations') !== 1)
    return refuse(node, 'has groups or is dilated')
  if (node.ints('output_shape')) return refuse(node, 'names the size of what it gives')
  const auto = node.text('auto_pad') ?? 'NOTSET'
  const [rows = 0, columns = 0] = node.ints('output_padding') ?? []
  const edges = (node.ints('pads') ?? [0, 0, 0, 0]) as Four
  const same = sameOverlap([height, width], stride)
  const cut: Margins =
    auto === 'SAME_UPPER'
      ? same
      : auto === 'SAME_LOWER'
        ? oddFirst(same)
        : [edges[0], edges[1], edges[2] - rows, edges[3] - columns]
  const draft = {
    ...{ op: 'conv-transposed' as const, kernel: [height, width] as Pair, reads, filters, stride, bias },
    ...cropAndGrow(cut),
  } as const
  return [applied(node, reader, x, draft, { kernel: spatialFirst(constant), ...weights })]
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

function padsOf(
  node: OnnxNode,
  x: ImageValue,
  { builder }: NetworkReader,
  kernel: Pair,
  stride: number,
  dilation: number,
): Four {
  const auto = node.text('auto_pad') ?? 'NOTSET'
  if (auto === 'NOTSET') return [...(node.ints('pads') ?? [0, 0, 0, 0])] as Four
  if (auto === 'VALID') return [0, 0, 0, 0]
  const margins = sameMargins(builder.shape(x.value), kernel, { stride, dilation })
  return auto === 'SAME_LOWER' ? oddFirst(margins) : margins
}

/** Operators with a kernel. */
export const layers: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: matMul,
  Conv: conv,
  ConvTranspose: convTranspose,
}
