import type { OnnxNode } from '../onnxGraph'
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

const pool: Operator = (node, reader) => {
  const x = planesAt(node, reader)
  const [size = 0, other] = node.ints('kernel_shape') ?? []
  const strides = node.ints('strides') ?? [1, 1]
  const isPlain =
    size === other &&
    strides.every((stride) => stride === size) &&
    (node.ints('pads') ?? []).every((pad) => pad === 0) &&
    (node.ints('dilations') ?? []).every((dilation) => dilation === 1)
  if (!isPlain) refuse(node, 'has pools that overlap, are padded or are not square')
  const { height, width } = reader.builder.shape(x.value)
  if (node.number('ceil_mode') && (height % size || width % size))
    refuse(node, 'has pools that reach over the edge')
  const pooling = node.op === 'MaxPool' ? 'max' : 'average'
  return [applied(node, reader, x, { op: 'pool', pooling, size })]
}

/** Enlarges by whole numbers, as the file names them or as the sizes come out. */
const resize: Operator = (node, reader) => {
  const x = planesAt(node, reader)
  const { height, width } = reader.builder.shape(x.value)
  const [rows = 0, columns = 0] = factorsOf(node, reader, [height, width])
  if (rows === 1 && columns === 1) return [x]
  if (rows !== columns || !Number.isInteger(rows) || rows < 2)
    return refuse(node, `resizes by ${rows} × ${columns}, and not by a whole number`)
  const interpolation = interpolationOf(node)
  if (interpolation === 'bilinear' && rows % 2) refuse(node, 'interpolates between pixels by an odd number')
  return [applied(node, reader, x, { op: 'upsample', interpolation, size: rows })]
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

export function interpolationOf(node: OnnxNode): 'nearest' | 'bilinear' {
  const mode = node.text('mode') ?? 'nearest'
  const isOld = node.op === 'Upsample'
  const coordinates = node.text('coordinate_transformation_mode') ?? (isOld ? 'asymmetric' : 'half_pixel')
  const rounding = node.text('nearest_mode') ?? (isOld ? 'floor' : 'round_prefer_floor')
  const isHalf = coordinates === 'half_pixel' || coordinates === 'pytorch_half_pixel'
  if (mode === 'nearest') {
    // Halves of pixels before and after the middle of one are never just between two: either way of preferring will do.
    const isNearest = rounding === 'round_prefer_floor' || rounding === 'round_prefer_ceil'
    const isFloored = coordinates === 'asymmetric' || coordinates === 'tf_half_pixel_for_nn'
    if (isFloored ? rounding === 'floor' : isHalf && isNearest) return 'nearest'
  } else if (mode === 'linear' && isHalf) return 'bilinear'
  return refuse(node, `enlarges ${mode} with ${coordinates.replaceAll('_', ' ')}`)
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
  const mode = modes[node.text('mode') ?? 'constant']
  const value = reader.constant(node.inputs[2])?.data[0] ?? node.number('value') ?? 0
  if (x.kind !== 'image' || !mode || (mode === 'zero' && value !== 0) || pads.some((side) => side < 0))
    return refuse(
      node,
      'crops, or puts other values around images than zeros, their mirror image or their edge',
    )
  const at = x.order === 'channels-first' ? 2 : 1
  const sides = [pads[at]!, pads[at + 1]!, pads[at + 4]!, pads[at + 5]!] as Four
  if (sides.reduce((sum, side) => sum + side, 0) !== pads.reduce((sum, side) => sum + side, 0))
    return refuse(node, 'adds channels')
  return [applied(node, reader, x, { op: 'pad', mode, pads: sides })]
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
