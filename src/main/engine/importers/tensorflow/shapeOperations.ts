import { knownNumbers, type Operation, refuse, shaped } from './operation'
import { repeated } from './repeats'
import type { Shaped, OnnxWriter } from './onnxWriter'

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)

const reshapedTo = (x: Shaped, shape: readonly number[], to: OnnxWriter): Shaped =>
  x.shape.join() === shape.join() ? x : to.node('Reshape', [x, to.integers(shape)], shape)

const reshape: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const wanted = knownNumbers(node, inputs, 1)
  const known = wanted.reduce((product, side) => product * (side < 0 ? 1 : side), 1)
  const shape = wanted.map((side) => (side < 0 ? sizeOf(x.shape) / known : side))
  if (sizeOf(shape) !== sizeOf(x.shape))
    return refuse(node, `makes ${shape.join(' × ')} of ${x.shape.join(' × ')}`)
  return repeated(x, shape, to) ?? reshapedTo(x, shape, to)
}

const squeeze: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const rank = x.shape.length
  const said = (node.attr.squeeze_dims?.list?.i ?? []).map((axis) => (axis < 0 ? axis + rank : axis))
  const axes = said.length > 0 ? said : x.shape.flatMap((side, i) => (side === 1 && i > 0 ? [i] : []))
  const shape = x.shape.filter((_, i) => !axes.includes(i))
  return axes.length === 0 ? x : to.node('Squeeze', [x, to.integers(axes)], shape)
}

const expand: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const [axis = 0] = knownNumbers(node, inputs, 1)
  const at = axis < 0 ? axis + x.shape.length + 1 : axis
  const shape = [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]
  return to.node('Unsqueeze', [x, to.integers([at])], shape)
}

const transpose: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const perm = knownNumbers(node, inputs, 1)
  return to.node(
    'Transpose',
    [x],
    perm.map((axis) => x.shape[axis]!),
    { perm },
  )
}

const concat: Operation = (node, inputs, to) => {
  const parts = inputs.slice(0, -1).map((_, i) => shaped(node, inputs, i))
  const [last = 0] = knownNumbers(node, inputs, inputs.length - 1)
  const [first] = parts
  if (!first) return refuse(node, 'joins nothing')
  const axis = last < 0 ? last + first.shape.length : last
  const along = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0)
  const shape = first.shape.map((side, i) => (i === axis ? along : side))
  return parts.length === 1 ? first : to.node('Concat', parts, shape, { axis })
}

/** In equal parts, or in those that are said. */
const split =
  (says: boolean): Operation =>
  (node, inputs, to) => {
    const x = shaped(node, inputs, says ? 0 : 1)
    const [last = 0] = knownNumbers(node, inputs, says ? 2 : 0)
    const axis = last < 0 ? last + x.shape.length : last
    const count = node.attr.num_split?.i ?? 1
    const whole = x.shape[axis]!
    const said = says ? knownNumbers(node, inputs, 1) : Array.from({ length: count }, () => whole / count)
    const rest = whole - said.reduce((sum, side) => sum + Math.max(0, side), 0)
    const sizes = said.map((side) => (side < 0 ? rest : side))
    const shapes = sizes.map((size) => x.shape.map((side, i) => (i === axis ? size : side)))
    return to.split('Split', [x, to.integers(sizes)], shapes, { axis })
  }

interface Cut {
  readonly axis: number
  readonly from: number
  readonly until: number
  readonly step: number
}

function cut(x: Shaped, cuts: readonly Cut[], to: OnnxWriter): Shaped {
  const needed = cuts.filter(
    ({ axis, from, until, step }) => from !== 0 || until !== x.shape[axis] || step !== 1,
  )
  if (needed.length === 0) return x
  const shape = x.shape.map((side, i) => {
    const found = needed.find(({ axis }) => axis === i)
    return found ? Math.max(0, Math.ceil((found.until - found.from) / found.step)) : side
  })
  const lists = (['from', 'until', 'axis', 'step'] as const).map((what) =>
    to.integers(needed.map((one) => one[what])),
  )
  return to.node('Slice', [x, ...lists], shape)
}

const stridedSlice: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const [from, until, steps] = [1, 2, 3].map((at) => knownNumbers(node, inputs, at)) as [
    number[],
    number[],
    number[],
  ]
  const bit = (mask: string, i: number) => (((node.attr[mask]?.i ?? 0) >> i) & 1) === 1
  const [cuts, dropped, added]: [Cut[], number[], number[]] = [[], [], []]
  let axis = 0
  for (let i = 0; i < from.length; i++) {
    if (bit('ellipsis_mask', i)) {
      const used = from.filter((_, j) => j > i && !bit('new_axis_mask', j)).length
      axis = x.shape.length - used
    } else if (bit('new_axis_mask', i)) added.push(axis + added.length - dropped.length)
    else {
      const side = x.shape[axis]!
      const place = (at: number) => Math.min(side, Math.max(0, at < 0 ? at + side : at))
      const start = bit('begin_mask', i) ? 0 : place(from[i]!)
      const isOne = bit('shrink_axis_mask', i)
      if (steps[i]! < 1) return refuse(node, 'takes its input backwards')
      if (isOne) dropped.push(axis)
      const end = isOne ? start + 1 : bit('end_mask', i) ? side : place(until[i]!)
      cuts.push({ axis, from: start, until: end, step: isOne ? 1 : steps[i]! })
      axis++
    }
  }
  const taken = cut(x, cuts, to)
  const shape = taken.shape.filter((_, i) => !dropped.includes(i))
  const fewer = dropped.length > 0 ? to.node('Squeeze', [taken, to.integers(dropped)], shape) : taken
  if (added.length === 0) return fewer
  const more = [...fewer.shape]
  for (const at of added) more.splice(at, 0, 1)
  return to.node('Unsqueeze', [fewer, to.integers(added)], more)
}

const slice: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const [from, sizes] = [knownNumbers(node, inputs, 1), knownNumbers(node, inputs, 2)]
  const cuts = from.map((start, axis) => {
    const size = sizes[axis]!
    return { axis, from: start, until: size < 0 ? x.shape[axis]! : start + size, step: 1 }
  })
  return cut(x, cuts, to)
}

const tile: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const times = knownNumbers(node, inputs, 1)
  return to.node(
    'Tile',
    [x, to.integers(times)],
    x.shape.map((side, i) => side * times[i]!),
  )
}

const broadcastTo: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const shape = knownNumbers(node, inputs, 1)
  return x.shape.join() === shape.join() ? x : to.node('Expand', [x, to.integers(shape)], shape)
}

const gather: Operation = (node, inputs, to) => {
  const [x, at] = [shaped(node, inputs), shaped(node, inputs, 1)]
  const [last = 0] = inputs.length > 2 ? knownNumbers(node, inputs, 2) : [0]
  const axis = last < 0 ? last + x.shape.length : last
  const shape = [...x.shape.slice(0, axis), ...at.shape, ...x.shape.slice(axis + 1)]
  return to.node('Gather', [x, at], shape, { axis })
}

/** Several values as one with a side more. */
const pack: Operation = (node, inputs, to) => {
  const parts = inputs.map((_, i) => shaped(node, inputs, i))
  const { shape } = parts[0]!
  const said = node.attr.axis?.i ?? 0
  const axis = said < 0 ? said + shape.length + 1 : said
  const one = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  const all = parts.map((part) => reshapedTo(part, one, to))
  return to.node(
    'Concat',
    all,
    one.map((side, i) => (i === axis ? parts.length : side)),
    { axis },
  )
}

const unpack: Operation = (node, inputs, to) => {
  const x = shaped(node, inputs)
  const said = node.attr.axis?.i ?? 0
  const axis = said < 0 ? said + x.shape.length : said
  const count = x.shape[axis]!
  const shape = x.shape.filter((_, i) => i !== axis)
  const parts = to.split(
    'Split',
    [x, to.integers(Array.from({ length: count }, () => 1))],
    Array.from({ length: count }, () => x.shape.map((side, i) => (i === axis ? 1 : side))),
    { axis },
  )
  return parts.map((part) => reshapedTo(part, shape, to))
}

const filled =
  (value: number): Operation =>
  (node, inputs, to) => {
    const { shape } = shaped(node, inputs)
    return to.node('Expand', [to.floats([value], []), to.integers(shape)], shape)
  }

const filledTo: Operation = (node, inputs, to) => {
  const [shape, [value = 0]] = [knownNumbers(node, inputs, 0), knownNumbers(node, inputs, 1)]
  return to.node('Expand', [to.floats([value], []), to.integers(shape)], shape)
}

/** Numbers put into another shape, joined and cut. */
export const shapes: Readonly<Record<string, Operation>> = {
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expand,
  Transpose: transpose,
  ConcatV2: concat,
  Split: split(false),
  SplitV: split(true),
  StridedSlice: stridedSlice,
  Slice: slice,
  Tile: tile,
  BroadcastTo: broadcastTo,
  GatherV2: gather,
  Gather: gather,
  Pack: pack,
  Unpack: unpack,
  ZerosLike: filled(0),
  OnesLike: filled(1),
  Fill: filledTo,
  // Of known numbers alone, which are computed before this is asked.
  Shape: (node) => refuse(node, 'asks for the sides of something that has none'),
  Prod: (node) => refuse(node, 'multiplies what depends on the image'),
  Range: (node) => refuse(node, 'counts as far as the image says'),
  FloorDiv: (node) => refuse(node, 'divides what depends on the image'),
  FloorMod: (node) => refuse(node, 'divides what depends on the image'),
}
