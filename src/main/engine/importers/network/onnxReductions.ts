import type { OnnxNode } from '../onnxGraph'
import type { NodeDraft } from './networkBuilder'
import { gridded } from './onnxGrids'
import type { NetworkReader } from './onnxNetwork'
import {
  applied,
  asChannels,
  imageAt,
  type ImageValue,
  type Operator,
  refuse,
  type TensorValue,
} from './onnxReading'

type Over = 'pixels' | 'channels' | 'rows' | 'columns' | 'all'

/** What is taken over: pixels, channels or both, whatever the order of the axes. */
function overOf(node: OnnxNode, reader: NetworkReader, x: ImageValue): Over {
  const given = reader.constant(node.inputs[1])?.data ?? node.ints('axes') ?? [1, 2, 3]
  const axes = [...given].map((axis) => (axis < 0 ? axis + 4 : axis)).toSorted((a, b) => a - b)
  const found = axes.join()
  const isFirst = x.order === 'channels-first'
  if (found === (isFirst ? '2,3' : '1,2')) return 'pixels'
  if (found === (isFirst ? '1' : '3')) return 'channels'
  if (found === '1,2,3') return 'all'
  if (found === (isFirst ? '2' : '1')) return 'rows'
  if (found === (isFirst ? '3' : '2')) return 'columns'
  return refuse(node, 'reduces other axes than height and width, or than the channels')
}

type Reduction = 'mean' | 'peak'

function reduced(
  node: OnnxNode,
  reader: NetworkReader,
  x: ImageValue,
  over: Over,
  by: Reduction,
): ImageValue {
  if (over === 'all') return reduced(node, reader, reduced(node, reader, x, 'pixels', by), 'channels', by)
  if (over === 'rows' || over === 'columns') {
    const axis = { rows: 1, columns: 2 }[over] + (x.order === 'channels-first' ? 1 : 0)
    return asChannels(node, reader, x, axis, (of) => reduced(node, reader, of, 'channels', by))
  }
  const draft: NodeDraft =
    by === 'peak' ? { op: 'peak', over } : over === 'pixels' ? { op: 'mean' } : { op: 'channel-mean' }
  return applied(node, reader, x, draft)
}

/** Without its axes what is left of the pixels is a row. */
function withoutAxes(node: OnnxNode, reader: NetworkReader, x: ImageValue, over: Over): TensorValue {
  if (node.number('keepdims') !== 0) return x
  if (over !== 'pixels' && over !== 'all') return refuse(node, 'leaves out a single axis')
  const value = reader.builder.add(node.name, { op: 'flatten', order: 'channels-last' }, [x.value])
  return { kind: 'row', value }
}

const reducing =
  (by: Reduction): Operator =>
  (node, reader) => {
    const x = imageAt(node, reader)
    const over = overOf(node, reader, x)
    return [withoutAxes(node, reader, reduced(node, reader, x, over, by), over)]
  }

/** A sum is a mean times how many there are. */
const sum: Operator = (node, reader) => {
  const x = imageAt(node, reader)
  const over = overOf(node, reader, x)
  const { height, width, channels } = reader.builder.shape(x.value)
  const count = {
    pixels: height * width,
    channels,
    rows: height,
    columns: width,
    all: height * width * channels,
  }[over]
  const mean = reduced(node, reader, x, over, 'mean')
  const total = applied(node, reader, mean, { op: 'affine', gain: count, shift: 0 })
  return [withoutAxes(node, reader, total, over)]
}

const global =
  (by: Reduction): Operator =>
  (node, reader) => [reduced(node, reader, imageAt(node, reader), 'pixels', by)]

/** Over all pixels and channels of an image, each with a gain and a shift of its own (Ba et al. 2016). */
export function normalizedWhole(node: OnnxNode, reader: NetworkReader, x: ImageValue): TensorValue {
  const { builder } = reader
  const add = (draft: NodeDraft, ...inputs: string[]): ImageValue => ({
    ...x,
    value: builder.add(node.name, draft, inputs),
  })
  const centred = add({ op: 'sub' }, x.value, reduced(node, reader, x, 'all', 'mean').value)
  const squares = add({ op: 'mul' }, centred.value, centred.value)
  const variance = reduced(node, reader, squares, 'all', 'mean')
  const epsilon = node.number('epsilon') ?? 1e-5
  const safe = add({ op: 'affine', gain: 1, shift: epsilon }, variance.value)
  const whole = add({ op: 'div' }, centred.value, add({ op: 'sqrt' }, safe.value).value)
  const gain = reader.constant(node.inputs[1]) ?? refuse(node, 'computes its gain')
  const shift = reader.constant(node.inputs[2]) ?? {
    shape: gain.shape,
    data: new Float32Array(gain.data.length),
  }
  return gridded(node, reader, whole, { gain, shift })
}

/** Operators that make one number of several. */
export const reductions: Readonly<Record<string, Operator>> = {
  GlobalAveragePool: global('mean'),
  GlobalMaxPool: global('peak'),
  ReduceMean: reducing('mean'),
  ReduceMax: reducing('peak'),
  ReduceSum: sum,
}
