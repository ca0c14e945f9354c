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
  if (x.kind === 'constant') return refuse(node, 'reshapes a constant')
  const groups = groupsOf(node, reader, x, target)
  if (groups) return [groups]
  const before = reader.sidesOf(x)
  const total = before.reduce((product, side) => product * side, 1)
  const sides = sidesOf(target, before, total)
  if (!sides) return refuse(node, `reshapes ${before.join(' × ')} as ${target.join(' × ')}`)
  if (sides.join() === before.join()) return [x]
  if (sides.length === 1) return [x.kind === 'row' ? x : flattened(node, reader, x)]
  if (sides.length === 5 && x.kind === 'image') return [blocksOf(node, reader, x, sides)]
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

/** The axes of what becomes an image are told by whether it is turned afterwards. */
function imageOfRow(
  node: OnnxNode,
  reader: NetworkReader,
  x: TensorValue,
  [a, b, c]: readonly [number, number, number],
): OnnxValue {
  const isTurned = reader
    .readersOf(node.outputs[0] ?? '')
    .some((next) => next.op === 'Transpose' && next.ints('perm')?.join() === '0,3,1,2')
  const order = isTurned || reader.isChannelsLast ? 'channels-last' : 'channels-first'
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
  if (x.kind === 'image') {
    if (order === '0,3,1,2' && x.order === 'channels-last') return [{ ...x, order: 'channels-first' }]
    if (order === '0,2,3,1' && x.order === 'channels-first') return [{ ...x, order: 'channels-last' }]
  }
  return refuse(node, `turns its input (${order ?? 'reversed'})`)
}

/** Counted from the batch on, as the file does. */
function axisOf(x: TensorValue, given: number): 'channels' | 'other' {
  const rank = x.kind === 'row' ? 2 : 4
  const axis = given < 0 ? given + rank : given
  const channels = x.kind === 'image' && x.order === 'channels-first' ? 1 : rank - 1
  return axis === channels ? 'channels' : 'other'
}

const concat: Operator = (node, reader) => {
  const parts = node.inputs.map((_, at) => tensorAt(node, reader, at))
  const x = parts.find(({ value }) => !reader.builder.isLevel(value)) ?? parts[0]!
  const isMixed = parts.some(
    (part) =>
      !reader.builder.isLevel(part.value) &&
      (part.kind !== x.kind || (part.kind === 'image' && x.kind === 'image' && part.order !== x.order)),
  )
  if (isMixed || axisOf(x, node.number('axis') ?? 1) !== 'channels')
    return refuse(node, 'joins what it reads along another axis than that of the channels')
  if (parts.length === 1) return [x]
  const values = parts.map(({ value }) => value)
  return [{ ...x, value: reader.builder.add(node.name, { op: 'concat' }, values) }]
}

const split: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const { channels } = reader.builder.shape(x.value)
  if (axisOf(x, node.number('axis') ?? 0) !== 'channels')
    return refuse(node, 'splits an image, not its channels')
  const even = Math.ceil(channels / node.outputs.length)
  const counts = wholeNumbers(node, reader, 1, 'split') ?? node.outputs.map(() => even)
  let from = 0
  return node.outputs.map((output, i) => {
    const count = Math.min(counts[i] ?? 0, channels - from)
    from += count
    if (reader.readersOf(output).length === 0) return null
    return applied(node, reader, x, { op: 'channels', from: from - count, count })
  })
}

/** Of channels, or as many pixels less on each side. */
const slice: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const sides = [1, ...reader.sidesOf(x)]
  const starts = wholeNumbers(node, reader, 1, 'starts') ?? []
  const ends = wholeNumbers(node, reader, 2, 'ends') ?? []
  const axes = wholeNumbers(node, reader, 3, 'axes') ?? starts.map((_, i) => i)
  const steps = wholeNumbers(node, reader, 4, 'steps') ?? []
  if (steps.some((step) => step !== 1)) return refuse(node, 'leaves out pixels')
  let sliced: TensorValue = x
  axes.forEach((given, i) => {
    const axis = given < 0 ? given + sides.length : given
    const length = sides[axis] ?? 0
    const at = (position: number) =>
      Math.max(0, Math.min(length, position < 0 ? position + length : position))
    const [from, to] = [at(starts[i]!), at(ends[i]!)]
    if (from === 0 && to === length) return
    const first = x.kind === 'image' && x.order === 'channels-first' ? 2 : 1
    const isRows = axis === first
    if (axisOf(x, axis) !== 'channels') {
      if (x.kind !== 'image' || axis === 0) refuse(node, 'takes a part of the batch')
      const [before, after] = [from, length - to]
      const sides: [number, number, number, number] = isRows ? [before, 0, after, 0] : [0, before, 0, after]
      sliced = applied(node, reader, sliced, { op: 'crop', sides })
      return
    }
    sliced = applied(node, reader, sliced, { op: 'channels', from, count: to - from })
  })
  return [sliced]
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
  Expand: repeat,
  Tile: repeat,
}
