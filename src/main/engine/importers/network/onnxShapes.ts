import type { OnnxNode } from '../onnxGraph'
import { groupsOf, ungrouped } from './onnxGroups'
import type { NetworkReader, OnnxValue } from './onnxNetwork'
import {
  applied,
  type ImageValue,
  type Operator,
  refuse,
  tensorAt,
  type TensorValue,
  wholeNumbers,
} from './onnxReading'

const passing: Operator = (node, reader) => [reader.value(node.inputs[0] ?? '', node)]

/** Sizes are known, since a network is read for images of one size; the batch counts as one. */
const shape: Operator = (node, reader) => {
  const sides = [1, ...reader.sidesOf(tensorAt(node, reader))]
  const data = Float32Array.from(sides.slice(node.number('start') ?? 0, node.number('end') ?? sides.length))
  return [{ kind: 'constant', constant: { shape: [data.length], data, whole: true } }]
}

const flatten: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  if ((node.number('axis') ?? 1) !== 1) refuse(node, 'flattens the batch too')
  return [x.kind === 'row' ? x : flattened(node, reader, x)]
}

const flattened = (node: OnnxNode, { builder }: NetworkReader, x: ImageValue): OnnxValue => ({
  kind: 'row',
  value: builder.add(node.name, { op: 'flatten', order: x.order }, [x.value]),
})

const reshape: Operator = (node, reader) => {
  const x = reader.value(node.inputs[0] ?? '', node)
  const target = wholeNumbers(node, reader, 1, 'shape') ?? []
  if (x.kind === 'blocks') return [unshuffled(node, reader, x, target)]
  if (x.kind === 'groups') return [ungrouped(node, reader, x, target)]
  if (x.kind === 'constant' || x.kind === 'planes')
    return refuse(node, 'reshapes a constant, or channels by themselves')
  const groups = groupsOf(node, reader, x, target)
  if (groups) return [groups]
  const before = reader.sidesOf(x)
  const total = before.reduce((product, side) => product * side, 1)
  const sides = sidesOf(target, before, total)
  if (!sides) return refuse(node, `reshapes ${before.join(' × ')} as ${target.join(' × ')}`)
  if (sides.join() === before.join()) return [x]
  if (sides.length === 1) return [x.kind === 'row' ? x : flattened(node, reader, x)]
  if (sides.length === 5 && x.kind === 'image') return [blocksOf(node, reader, x, sides)]
  // Rows of grey pixels, which lie as the numbers of a row do.
  if (sides.length === 2 && x.kind === 'row') return [x]
  if (sides.length !== 3) return refuse(node, `reshapes ${before.join(' × ')} as ${target.join(' × ')}`)
  const row = x.kind === 'row' ? x : flattened(node, reader, x)
  return [imageOfRow(node, reader, row as TensorValue, sides as [number, number, number])]
}

/** Sides behind the batch; null where they do not fit. */
function sidesOf(target: readonly number[], before: readonly number[], total: number): number[] | null {
  const sides = target.slice(1).map((side, i) => (side === 0 ? (before[i] ?? 0) : side))
  const known = sides.filter((side) => side !== -1).reduce((product, side) => product * side, 1)
  const open = sides.indexOf(-1)
  if (open >= 0) sides[open] = total / known
  return sides.length > 0 &&
    sides.every((side) => Number.isInteger(side) && side > 0) &&
    product(sides) === total
    ? sides
    : null
}

const product = (sides: readonly number[]) => sides.reduce((result, side) => result * side, 1)

/** What has images with channels first, so that an image in the order of the one that is fed is another. */
const onPlanes = /^Conv|Pool$|^Resize$|^Upsample$|Normalization$|^PRelu$|DepthToSpace|SpaceToDepth/

/** The axes of what becomes an image are told by whether it is turned afterwards, or as they are in the image that is fed. */
function imageOfRow(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  [a, b, c]: readonly [number, number, number],
): OnnxValue {
  const readers = reader.readersOf(node.outputs[0] ?? '')
  const isTurned = readers.some((next) => next.op === 'Transpose' && next.ints('perm')?.join() === '0,3,1,2')
  const isAsFed =
    [a, b, c].join() === reader.fedSides.join() &&
    reader.isFedLast &&
    !readers.some(({ op }) => onPlanes.test(op))
  const order = isTurned || isAsFed || reader.isChannelsLast ? 'channels-last' : 'channels-first'
  const [height, width, channels] = order === 'channels-last' ? [a, b, c] : [b, c, a]
  const draft = { op: 'unflatten', order, height, width, channels } as const
  return { kind: 'image', value: reader.builder.add(node.name, draft, [x.value]), order }
}

/** The first of three steps that a program takes to make blocks of pixels to channels (Zhang et al. 2018, FFDNet). */
function blocksOf(node: OnnxNode, reader: NetworkReader, x: ImageValue, sides: readonly number[]): OnnxValue {
  const [channels, rows, block, columns, other] = sides as [number, number, number, number, number]
  const { height, width, channels: given } = reader.builder.shape(x.value)
  const fits =
    x.order === 'channels-first' &&
    channels === given &&
    block === other &&
    rows * block === height &&
    columns * block === width
  if (!fits) return refuse(node, `makes an image to ${sides.join(' × ')}`)
  return { kind: 'blocks', value: x.value, block, turned: false }
}

function unshuffled(
  node: OnnxNode,
  reader: NetworkReader,
  { value, block, turned }: Extract<OnnxValue, { kind: 'blocks' }>,
  target: readonly number[],
): OnnxValue {
  const { height, width, channels } = reader.builder.shape(value)
  const wanted = [channels * block * block, height / block, width / block]
  const sides = sidesOf(target, wanted, product(wanted))
  if (!turned || sides?.join() !== wanted.join())
    return refuse(node, `makes blocks of pixels to ${target.join(' × ')}`)
  const draft = { op: 'unshuffle', block, order: 'channels-first' } as const
  return { kind: 'image', value: reader.builder.add(node.name, draft, [value]), order: 'channels-first' }
}

const transpose: Operator = (node, reader) => {
  const x = reader.value(node.inputs[0] ?? '', node)
  const order = node.ints('perm')?.join()
  if (x.kind === 'blocks' && order === '0,1,3,5,2,4') return [{ ...x, turned: true }]
  if (order === '1,0,2,3' && x.kind === 'planes') return [{ ...x, kind: 'image', order: 'channels-first' }]
  if (order === '1,0,2,3' && x.kind === 'image' && x.order === 'channels-first')
    return [{ kind: 'planes', value: x.value }]
  if (x.kind === 'image') {
    if (order === '0,3,1,2' && x.order === 'channels-last') return [{ ...x, order: 'channels-first' }]
    if (order === '0,2,3,1' && x.order === 'channels-first') return [{ ...x, order: 'channels-last' }]
    return [turned(node, reader, x)]
  }
  return refuse(node, `turns its input (${order ?? 'reversed'})`)
}

/** Axes in another order, those of the file standing for the same sides as before. */
function turned(node: OnnxNode, reader: NetworkReader, x: ImageValue): ImageValue {
  const given = node.ints('perm')
  if (given?.length !== 4 || given[0] !== 0)
    return refuse(node, `turns its input (${given?.join() ?? 'reversed'})`)
  // Sides of the file as height, width and channels, and back.
  const own = x.order === 'channels-first' ? [2, 0, 1] : [0, 1, 2]
  const places = given.slice(1).map((axis) => own[axis - 1]!)
  const order = x.order === 'channels-first' ? [places[1]!, places[2]!, places[0]!] : places
  return applied(node, reader, x, { op: 'turn', order: order as [number, number, number] })
}

type Along = 'channels' | 'rows' | 'columns' | 'batch'

/** Counted from the batch on, as the file does. */
function axisOf(x: TensorValue, given: number): Along {
  const rank = x.kind === 'row' ? 2 : 4
  const axis = given < 0 ? given + rank : given
  if (axis === 0) return 'batch'
  if (x.kind === 'row') return 'channels'
  const all =
    x.order === 'channels-first'
      ? (['channels', 'rows', 'columns'] as const)
      : (['rows', 'columns', 'channels'] as const)
  return all[axis - 1] ?? 'batch'
}

/** A stretch along one axis. */
function stretch(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  along: Along,
  { from, count }: { from: number; count: number },
): TensorValue {
  const shape = reader.builder.shape(x.value)
  if (along === 'channels')
    return from === 0 && count === shape.channels
      ? x
      : applied(node, reader, x, { op: 'channels', from, count })
  if (along === 'batch' || x.kind !== 'image') return refuse(node, 'takes a part of the batch')
  const length = along === 'rows' ? shape.height : shape.width
  const [before, after] = [from, length - from - count]
  if (before === 0 && after === 0) return x
  const sides: [number, number, number, number] =
    along === 'rows' ? [before, 0, after, 0] : [0, before, 0, after]
  return applied(node, reader, x, { op: 'crop', sides })
}

const lengthAlong = (reader: NetworkReader, x: TensorValue, along: Along): number => {
  const { height, width, channels } = reader.builder.shape(x.value)
  return { rows: height, columns: width, channels, batch: 1 }[along]
}

const concat: Operator = (node, reader) => {
  const parts = node.inputs.map((_, at) => tensorAt(node, reader, at))
  const x = parts.find(({ value }) => !reader.builder.isLevel(value)) ?? parts[0]!
  const isMixed = parts.some(
    (part) =>
      !reader.builder.isLevel(part.value) &&
      (part.kind !== x.kind || (part.kind === 'image' && x.kind === 'image' && part.order !== x.order)),
  )
  const along = axisOf(x, node.number('axis') ?? 1)
  if (isMixed || along === 'batch')
    return refuse(node, 'joins what it reads along the batch, or in different orders')
  if (parts.length === 1) return [x]
  const values = parts.map(({ value }) => value)
  const draft = along === 'channels' ? ({ op: 'concat' } as const) : ({ op: 'concat', axis: along } as const)
  return [{ ...x, value: reader.builder.add(node.name, draft, values) }]
}

const split: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const along = axisOf(x, node.number('axis') ?? 0)
  const length = lengthAlong(reader, x, along)
  const even = Math.ceil(length / node.outputs.length)
  const counts = wholeNumbers(node, reader, 1, 'split') ?? node.outputs.map(() => even)
  let from = 0
  return node.outputs.map((output, i) => {
    const count = Math.min(counts[i] ?? 0, length - from)
    from += count
    if (reader.readersOf(output).length === 0) return null
    return stretch(node, reader, x, along, { from: from - count, count })
  })
}

/** A part of the image, or every so many-th of its rows and columns. */
const slice: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const starts = wholeNumbers(node, reader, 1, 'starts') ?? []
  const ends = wholeNumbers(node, reader, 2, 'ends') ?? []
  const axes = wholeNumbers(node, reader, 3, 'axes') ?? starts.map((_, i) => i)
  const steps = wholeNumbers(node, reader, 4, 'steps') ?? []
  let sliced: TensorValue = x
  axes.forEach((given, i) => {
    const along = axisOf(x, given)
    const length = lengthAlong(reader, x, along)
    const step = steps[i] ?? 1
    const at = (position: number) =>
      Math.max(0, Math.min(length, position < 0 ? position + length : position))
    const [from, to] = [at(starts[i]!), at(ends[i]!)]
    if (from === 0 && to === length && step === 1) return
    if (along === 'batch') refuse(node, 'takes a part of the batch')
    if (step < 1 || (step > 1 && along === 'channels')) refuse(node, 'leaves out channels, or goes backwards')
    sliced = stretch(node, reader, sliced, along, { from, count: to - from })
    if (step === 1 || sliced.kind !== 'image') return
    const [rows, columns] = along === 'rows' ? [step, 1] : [1, step]
    sliced = applied(node, reader, sliced, { op: 'subsample', rows, columns })
  })
  return [sliced]
}

/** Of channels that lie behind one another, or in any order where they are few. */
const gather: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const index = reader.constant(node.inputs[1])
  const along = axisOf(x, node.number('axis') ?? 0)
  if (!index || index.shape.length !== 1 || along === 'batch' || index.data.length > 64)
    return refuse(node, 'takes what it computes, one of its numbers, or a part of the batch')
  return [picked(node, reader, x, along, index.data)]
}

/** Channels as PyTorch's newer exporter picks them: with the batch behind them meanwhile. */
const gatherNd: Operator = (node, reader) => {
  const x = reader.value(node.inputs[0] ?? '', node)
  const index = reader.constant(node.inputs[1])
  const isOfChannels = index?.shape.length === 2 && index.shape[1] === 1 && index.data.length <= 64
  if (x.kind !== 'planes' || !isOfChannels || node.number('batch_dims'))
    return refuse(node, 'picks what is no channels')
  const image: ImageValue = { kind: 'image', value: x.value, order: 'channels-first' }
  return [{ kind: 'planes', value: picked(node, reader, image, 'channels', index.data).value }]
}

function picked(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  along: Exclude<Along, 'batch'>,
  index: Float32Array,
): TensorValue {
  const length = lengthAlong(reader, x, along)
  const wanted = [...index].map((at) => (at < 0 ? at + length : at))
  const [from = 0] = wanted
  if (wanted.every((at, i) => at === from + i))
    return stretch(node, reader, x, along, { from, count: wanted.length })
  const parts = wanted.map((at) => stretch(node, reader, x, along, { from: at, count: 1 }).value)
  const draft = along === 'channels' ? ({ op: 'concat' } as const) : ({ op: 'concat', axis: along } as const)
  return { ...x, value: reader.builder.add(node.name, draft, parts) }
}

/** Numbers as an image of one pixel, and back. */
const unsqueeze: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const axes = [...(wholeNumbers(node, reader, 1, 'axes') ?? [])]
    .map((axis) => (axis < 0 ? axis + 4 : axis))
    .join()
  // Axis by axis, as PyTorch writes it.
  if (axes === '3' && x.kind === 'image' && sizeOfPixels(reader, x) === 1) return [x]
  const isBegun =
    axes === '2' && reader.readersOf(node.outputs[0] ?? '').every(({ op }) => op === 'Unsqueeze')
  if (x.kind !== 'row' || (!isBegun && axes !== '2,3' && axes !== '1,2'))
    return refuse(node, 'adds other axes than those of one pixel')
  const { channels } = reader.builder.shape(x.value)
  const draft = { op: 'unflatten', order: 'channels-last', height: 1, width: 1, channels } as const
  const order = axes !== '1,2' ? 'channels-first' : 'channels-last'
  return [{ kind: 'image', value: reader.builder.add(node.name, draft, [x.value]), order }]
}

const sizeOfPixels = ({ builder }: NetworkReader, { value }: TensorValue) =>
  builder.shape(value).height * builder.shape(value).width

const squeeze: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const { height, width } = reader.builder.shape(x.value)
  const axes = wholeNumbers(node, reader, 1, 'axes') ?? []
  if (x.kind !== 'image' || height * width !== 1 || axes.length !== 2)
    return refuse(node, 'leaves out other axes than those of one pixel')
  return [flattened(node, reader, x)]
}

/** The strength of the noise is the same everywhere, and there for each pixel already. */
const repeat: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  return reader.builder.isLevel(x.value) ? [x] : refuse(node, 'repeats an image')
}

/** Operators that change nothing but how values are laid out. */
export const shapes: Readonly<Record<string, Operator>> = {
  Identity: passing,
  Dropout: passing,
  Cast: passing,
  Shape: shape,
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherND: gatherNd,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Expand: repeat,
  Tile: repeat,
}
