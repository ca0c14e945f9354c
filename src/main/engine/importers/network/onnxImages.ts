import type { OnnxNode } from '../onnxGraph'
import { oddFirst, sameMargins } from './margins'
import type { NodeDraft } from './networkBuilder'
import type { NetworkReader } from './onnxNetwork'
import {
  applied,
  type ImageValue,
  type Operator,
  planesAt,
  refuse,
  tensorAt,
  wholeNumbers,
} from './onnxReading'

type Four = [number, number, number, number]
type Pair = [number, number]
type Resize = Extract<NodeDraft, { op: 'resize' }>

const pool: Operator = (node, reader) => {
  const x = planesAt(node, reader)
  const kernel = (node.ints('kernel_shape') ?? [1, 1]) as Pair
  const strides = (node.ints('strides') ?? [1, 1]) as Pair
  if ((node.ints('dilations') ?? []).some((dilation) => dilation !== 1)) refuse(node, 'has dilated pools')
  if (node.outputs[1] && reader.readersOf(node.outputs[1]).length > 0)
    refuse(node, 'says where its largest values lie, which is read later (MaxUnpool)')
  const { height, width } = reader.builder.shape(x.value)
  const pooling = node.op === 'MaxPool' ? 'max' : 'average'
  const given = poolPads(node, [height, width], kernel, strides)
  const isCeil = (node.number('ceil_mode') ?? 0) !== 0
  const pads = given.map((pad, i) => (i < 2 || !isCeil ? pad : pad + overEdge(i - 2))) as Four
  /** Pixels that the last window needs beyond the image and what lies around it. */
  function overEdge(axis: number): number {
    const whole = [height, width][axis]! + given[axis]! + given[axis + 2]! - kernel[axis]!
    const steps = Math.ceil(whole / strides[axis]!)
    // A window that would begin behind the image is none.
    const isInside = steps * strides[axis]! < [height, width][axis]! + given[axis]!
    return isInside ? steps * strides[axis]! - whole : 0
  }
  const isUnpadded = pads.every((pad) => pad === 0)
  // One window that is the whole image.
  if (isUnpadded && kernel[0] === height && kernel[1] === width)
    return [applied(node, reader, x, pooling === 'max' ? { op: 'peak', over: 'pixels' } : { op: 'mean' })]
  const isPlain = kernel[0] === kernel[1] && strides.every((stride) => stride === kernel[0])
  if (isPlain && isUnpadded && kernel[0] <= 16)
    return [applied(node, reader, x, { op: 'pool', pooling, size: kernel[0] })]
  const countsPads = (node.number('count_include_pad') ?? 0) !== 0
  if (pooling === 'average' && countsPads && pads.join() !== given.join())
    return refuse(node, 'averages over the edge')
  return [applied(node, reader, x, { op: 'pool-over', pooling, kernel, strides, pads, countsPads })]
}

function poolPads(node: OnnxNode, sides: Pair, kernel: Pair, strides: Pair): Four {
  const auto = node.text('auto_pad') ?? 'NOTSET'
  if (auto === 'NOTSET') return [...(node.ints('pads') ?? [0, 0, 0, 0])] as Four
  if (auto === 'VALID') return [0, 0, 0, 0]
  const [rows, columns] = [0, 1].map((axis) => {
    const margins = sameMargins(
      { height: sides[axis]!, width: sides[axis]! },
      [kernel[axis]!, kernel[axis]!],
      {
        stride: strides[axis]!,
        dilation: 1,
      },
    )
    return [margins[0], margins[2]] as const
  })
  const margins: Four = [rows![0], columns![0], rows![1], columns![1]]
  return auto === 'SAME_LOWER' ? oddFirst(margins) : margins
}

/** As the file names the sizes, or as they come out: by whole numbers as such, else by where each pixel comes from. */
const resize: Operator = (node, reader) => {
  const x = planesAt(node, reader)
  const { height, width } = reader.builder.shape(x.value)
  const [rows = 0, columns = 0] = factorsOf(node, reader, [height, width])
  if (rows === 1 && columns === 1) return [x]
  const plain = rows === columns && Number.isInteger(rows) && rows > 1 ? plainInterpolation(node) : null
  if (plain && (plain === 'nearest' || rows % 2 === 0))
    return [applied(node, reader, x, { op: 'upsample', interpolation: plain, size: rows })]
  return [applied(node, reader, x, { op: 'resize', ...howResized(node), scales: [rows, columns] })]
}

const coordinates: Readonly<Record<string, Resize['coordinates']>> = {
  half_pixel: 'half-pixel',
  pytorch_half_pixel: 'half-pixel',
  asymmetric: 'asymmetric',
  align_corners: 'align-corners',
  tf_half_pixel_for_nn: 'pixel-centre',
}
const interpolations: Readonly<Record<string, Resize['interpolation']>> = {
  nearest: 'nearest',
  linear: 'linear',
  cubic: 'cubic',
}
const roundings: Readonly<Record<string, Resize['rounding']>> = {
  floor: 'floor',
  ceil: 'ceil',
  round_prefer_floor: 'prefer-floor',
  round_prefer_ceil: 'prefer-ceil',
}

function howResized(node: OnnxNode): Omit<Resize, 'op' | 'scales'> {
  const isOld = node.op === 'Upsample'
  const interpolation = interpolations[node.text('mode') ?? 'nearest']
  const where =
    coordinates[node.text('coordinate_transformation_mode') ?? (isOld ? 'asymmetric' : 'half_pixel')]
  const rounding = roundings[node.text('nearest_mode') ?? (isOld ? 'floor' : 'round_prefer_floor')]
  if (!interpolation || !where || !rounding || node.number('antialias') || node.number('exclude_outside'))
    return refuse(node, 'resizes in a way that is not read')
  return { interpolation, coordinates: where, rounding, coefficient: node.number('cubic_coeff_a') ?? -0.75 }
}

/** Of the height and of the width. */
function factorsOf(node: OnnxNode, reader: NetworkReader, sides: readonly number[]): number[] {
  const given = (at: number) => reader.constant(node.inputs[at])?.data
  const sizes = given(3)
  if (sizes?.length === 4) return [...sizes.slice(2)].map((size, axis) => size / sides[axis]!)
  const scales = node.op === 'Upsample' ? (given(1) ?? node.floats('scales')) : (given(2) ?? given(1))
  if (scales?.length === 4) return [...scales.slice(2)]
  return refuse(node, 'computes the size that it gives')
}

export const interpolationOf = (node: OnnxNode): 'nearest' | 'bilinear' =>
  plainInterpolation(node) ??
  refuse(node, `enlarges ${node.text('mode') ?? 'nearest'} in a way that repeats no pixels`)

/** Of what enlarges by whole numbers; null for another way. */
function plainInterpolation(node: OnnxNode): 'nearest' | 'bilinear' | null {
  const mode = node.text('mode') ?? 'nearest'
  const isOld = node.op === 'Upsample'
  const where = node.text('coordinate_transformation_mode') ?? (isOld ? 'asymmetric' : 'half_pixel')
  const rounding = node.text('nearest_mode') ?? (isOld ? 'floor' : 'round_prefer_floor')
  const isHalf = where === 'half_pixel' || where === 'pytorch_half_pixel'
  if (mode === 'nearest') {
    // Halves of pixels before and after the middle of one are never just between two: either way of preferring will do.
    const isNearest = rounding === 'round_prefer_floor' || rounding === 'round_prefer_ceil'
    const isFloored = where === 'asymmetric' || where === 'tf_half_pixel_for_nn'
    if (isFloored ? rounding === 'floor' : isHalf && isNearest) return 'nearest'
  } else if (mode === 'linear' && isHalf && !node.number('antialias')) return 'bilinear'
  return null
}

const modes: Readonly<Record<string, 'zero' | 'reflect' | 'edge'>> = {
  constant: 'zero',
  reflect: 'reflect',
  edge: 'edge',
}

const pad: Operator = (node, reader) => {
  const x = tensorAt(node, reader)
  const pads = padsOf(node, reader)
  if (pads.every((side) => side === 0)) return [x]
  const name = node.text('mode') ?? 'constant'
  const value = reader.constant(node.inputs[2])?.data[0] ?? node.number('value') ?? 0
  if (x.kind !== 'image') return refuse(node, 'pads numbers that are no image')
  const at = x.order === 'channels-first' ? 2 : 1
  const sides = [pads[at]!, pads[at + 1]!, pads[at + 4]!, pads[at + 5]!] as Four
  const channels = at === 2 ? [pads[1]!, pads[5]!] : [pads[3]!, pads[7]!]
  if (pads[0] || pads[4] || (channels.some((count) => count !== 0) && name !== 'constant'))
    return refuse(node, 'pads the batch, or makes channels out of others')
  const less = sides.map((side) => Math.max(0, -side)) as Four
  const more = sides.map((side) => Math.max(0, side)) as Four
  const cropped = less.some((side) => side > 0) ? applied(node, reader, x, { op: 'crop', sides: less }) : x
  const wide = more.some((side) => side > 0) ? padded(node, reader, cropped, more, { name, value }) : cropped
  return [moreChannels(node, reader, wide, channels as Pair, value)]
}

function padded(
  node: OnnxNode,
  reader: NetworkReader,
  x: ImageValue,
  pads: Four,
  { name, value }: { name: string; value: number },
): ImageValue {
  if (name === 'wrap') return wrapped(node, reader, x, pads)
  const mode = modes[name] ?? refuse(node, `pads with ${name}`)
  if (mode !== 'zero' || value === 0) return applied(node, reader, x, { op: 'pad', mode, pads })
  const shifted = applied(node, reader, x, { op: 'affine', gain: 1, shift: -value })
  const around = applied(node, reader, shifted, { op: 'pad', mode, pads })
  return applied(node, reader, around, { op: 'affine', gain: 1, shift: value })
}

/** As if the image went on at its other side. */
function wrapped(node: OnnxNode, reader: NetworkReader, x: ImageValue, pads: Four): ImageValue {
  const along = (image: ImageValue, axis: 'rows' | 'columns'): ImageValue => {
    const { height, width } = reader.builder.shape(image.value)
    const at = axis === 'rows' ? 0 : 1
    const [before, after, length] = [pads[at]!, pads[at + 2]!, axis === 'rows' ? height : width]
    if (before > length || after > length) return refuse(node, 'repeats an image more than once')
    const part = (from: number, count: number) => {
      const sides: Four = at === 0 ? [from, 0, length - from - count, 0] : [0, from, 0, length - from - count]
      return applied(node, reader, image, { op: 'crop', sides }).value
    }
    const parts = [
      ...(before ? [part(length - before, before)] : []),
      image.value,
      ...(after ? [part(0, after)] : []),
    ]
    return parts.length === 1
      ? image
      : { ...image, value: reader.builder.add(node.name, { op: 'concat', axis }, parts) }
  }
  return along(along(x, 'rows'), 'columns')
}

/** Channels of one value before and behind those of the image, or so many of its own less. */
function moreChannels(
  node: OnnxNode,
  reader: NetworkReader,
  x: ImageValue,
  [before, after]: Pair,
  value: number,
) {
  if (before === 0 && after === 0) return x
  const { channels } = reader.builder.shape(x.value)
  const [from, to] = [Math.max(0, -before), channels - Math.max(0, -after)]
  const own =
    from === 0 && to === channels ? x : applied(node, reader, x, { op: 'channels', from, count: to - from })
  const one = applied(node, reader, x, { op: 'channels', from: 0, count: 1 })
  const plane = applied(node, reader, one, { op: 'affine', gain: 0, shift: value }).value
  const some = (count: number) => new Array<string>(Math.max(0, count)).fill(plane)
  const parts = [...some(before), own.value, ...some(after)]
  return parts.length === 1 ? own : { ...x, value: reader.builder.add(node.name, { op: 'concat' }, parts) }
}

/** Before and behind all four axes. */
function padsOf(node: OnnxNode, reader: NetworkReader): number[] {
  const given = wholeNumbers(node, reader, 1, 'pads') ?? []
  const axes = reader.constant(node.inputs[3])?.data
  if (!axes) return given.length === 8 ? [...given] : refuse(node, 'pads no image')
  const pads = new Array<number>(8).fill(0)
  axes.forEach((axis, i) => {
    const at = axis < 0 ? axis + 4 : axis
    pads[at] = given[i] ?? 0
    pads[at + 4] = given[i + axes.length] ?? 0
  })
  return pads
}

const depthToSpace: Operator = (node, reader) => {
  const order = node.text('mode') === 'CRD' ? 'channels-first' : 'channels-last'
  const block = node.number('blocksize') ?? 1
  return [applied(node, reader, planesAt(node, reader), { op: 'shuffle', block, order })]
}

const spaceToDepth: Operator = (node, reader) => {
  const block = node.number('blocksize') ?? 1
  const x: ImageValue = planesAt(node, reader)
  return [applied(node, reader, x, { op: 'unshuffle', block, order: 'channels-last' })]
}

/** Operators on the pixels of images. */
export const images: Readonly<Record<string, Operator>> = {
  MaxPool: pool,
  AveragePool: pool,
  Resize: resize,
  Upsample: resize,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
}
