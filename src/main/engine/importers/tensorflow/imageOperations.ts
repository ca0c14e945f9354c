import { knownNumbers, type Operation, refuse, shaped } from './operation'
import { type GraphNode, listOf, textOf } from './graph'
import type { Shaped, OnnxWriter, Value } from './onnxWriter'

const toPlanes = [0, 3, 1, 2] as const
const toPixels = [0, 2, 3, 1] as const
const turn = (x: Shaped, perm: readonly number[], to: OnnxWriter) =>
  to.node(
    'Transpose',
    [x],
    perm.map((axis) => x.shape[axis]!),
    { perm },
  )

/** Height and width out of four numbers that go with the axes of an image. @throws ExpectedError for channels first */
function ofImage(node: GraphNode, name: string, otherwise = 1): readonly [number, number] {
  const format = textOf(node.attr.data_format) || 'NHWC'
  if (format !== 'NHWC') refuse(node, 'has channels first')
  const list = listOf(node.attr[name])
  return [list[1] ?? otherwise, list[2] ?? otherwise]
}

/** Pixels before and after each side: top, left, bottom, right. */
function padsOf(
  node: GraphNode,
  sides: readonly number[],
  taps: readonly number[],
  strides: readonly number[],
): readonly number[] {
  const padding = textOf(node.attr.padding)
  if (padding === 'VALID') return [0, 0, 0, 0]
  if (padding === 'EXPLICIT') {
    const list = listOf(node.attr.explicit_paddings)
    return [list[2] ?? 0, list[4] ?? 0, list[3] ?? 0, list[5] ?? 0]
  }
  const all = sides.map((side, i) =>
    Math.max(0, (Math.ceil(side / strides[i]!) - 1) * strides[i]! + taps[i]! - side),
  )
  return [...all.map((pixels) => Math.floor(pixels / 2)), ...all.map((pixels) => Math.ceil(pixels / 2))]
}

const sizeAfter = (side: number, taps: number, stride: number, pixels: number) =>
  Math.floor((side + pixels - taps) / stride) + 1

/** A value or a kernel with four sides. @throws ExpectedError */
function fourSided(node: GraphNode, inputs: readonly Value[], at = 0): Shaped {
  const value = shaped(node, inputs, at)
  return value.shape.length === 4
    ? value
    : refuse(node, `takes ${value.shape.length} sides where images have 4`)
}

/** A kernel as ONNX has it; the same one under the same name, so that what is read twice stays one. */
function kernelOf(kernel: Shaped, perm: readonly number[], to: OnnxWriter): Shaped {
  const shape = perm.map((axis) => kernel.shape[axis]!)
  if (kernel.kind !== 'constant') return to.node('Transpose', [kernel], shape, { perm: [...perm] })
  const strides = kernel.shape.map((_, i) => kernel.shape.slice(i + 1).reduce((a, b) => a * b, 1))
  const data = new Float32Array(kernel.data.length)
  const [a = 0, b = 0, c = 0, d = 0] = perm.map((axis) => strides[axis]!)
  const [n, m, k, l] = shape as [number, number, number, number]
  let at = 0
  for (let w = 0; w < n; w++)
    for (let x = 0; x < m; x++)
      for (let y = 0; y < k; y++)
        for (let z = 0; z < l; z++) data[at++] = kernel.data[w * a + x * b + y * c + z * d]!
  return to.constant(`${kernel.name}/${perm.join('')}`, { shape, data, whole: false })
}

const convolution: Operation = (node, inputs, to) => {
  const [x, kernel] = [fourSided(node, inputs), fourSided(node, inputs, 1)]
  const [strides, dilations] = [ofImage(node, 'strides'), ofImage(node, 'dilations')]
  const [, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns, reads, filters] = kernel.shape as [number, number, number, number]
  const taps = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1]
  const pads = padsOf(node, [height, width], taps, strides)
  const sides = [height, width].map((side, i) =>
    sizeAfter(side, taps[i]!, strides[i]!, pads[i]! + pads[i + 2]!),
  )
  const made = to.node(
    'Conv',
    [turn(x, toPlanes, to), kernelOf(kernel, [3, 2, 0, 1], to)],
    [x.shape[0]!, filters, ...sides],
    { strides, dilations, pads, group: channels / reads, kernel_shape: [rows, columns] },
  )
  return turn(made, toPixels, to)
}

/** Each channel by itself, so many filters a channel. */
const depthwise: Operation = (node, inputs, to) => {
  const [x, kernel] = [fourSided(node, inputs), fourSided(node, inputs, 1)]
  const [strides, dilations] = [ofImage(node, 'strides'), ofImage(node, 'dilations')]
  const [, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns, , times] = kernel.shape as [number, number, number, number]
  const taps = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1]
  const pads = padsOf(node, [height, width], taps, strides)
  const sides = [height, width].map((side, i) =>
    sizeAfter(side, taps[i]!, strides[i]!, pads[i]! + pads[i + 2]!),
  )
  const turned = kernelOf(kernel, [2, 3, 0, 1], to)
  const shape = [channels * times, 1, rows, columns]
  const filters =
    turned.kind === 'constant'
      ? to.constant(`${turned.name}/apart`, { ...turned, shape })
      : to.node('Reshape', [turned, to.integers(shape)], shape)
  const made = to.node('Conv', [turn(x, toPlanes, to), filters], [x.shape[0]!, channels * times, ...sides], {
    strides,
    dilations,
    pads,
    group: channels,
    kernel_shape: [rows, columns],
  })
  return turn(made, toPixels, to)
}

/** The gradient of a convolution by its input, which is what a transposed one computes. */
const transposed: Operation = (node, inputs, to) => {
  const sizes = knownNumbers(node, inputs, 0)
  const [kernel, x] = [fourSided(node, inputs, 1), fourSided(node, inputs, 2)]
  const [strides, dilations] = [ofImage(node, 'strides'), ofImage(node, 'dilations')]
  const [rows, columns, gives] = kernel.shape as [number, number, number, number]
  const made = [sizes[1]!, sizes[2]!]
  const taps = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1]
  const pads = padsOf(node, made, taps, strides)
  const more = made.map(
    (side, i) => side - ((x.shape[i + 1]! - 1) * strides[i]! + taps[i]! - pads[i]! - pads[i + 2]!),
  )
  if (more.some((pixels, i) => pixels < 0 || pixels >= Math.max(strides[i]!, dilations[i]!)))
    return refuse(node, `makes ${made.join(' × ')} pixels of ${x.shape[1]} × ${x.shape[2]}`)
  const planes = to.node(
    'ConvTranspose',
    [turn(x, toPlanes, to), kernelOf(kernel, [3, 2, 0, 1], to)],
    [x.shape[0]!, gives, ...made],
    { strides, dilations, pads, output_padding: more, kernel_shape: [rows, columns] },
  )
  return turn(planes, toPixels, to)
}

const pool =
  (op: 'MaxPool' | 'AveragePool'): Operation =>
  (node, inputs, to) => {
    const x = fourSided(node, inputs)
    const [taps, strides] = [ofImage(node, 'ksize'), ofImage(node, 'strides')]
    const [, height, width, channels] = x.shape as [number, number, number, number]
    const pads = padsOf(node, [height, width], taps, strides)
    const sides = [height, width].map((side, i) =>
      sizeAfter(side, taps[i]!, strides[i]!, pads[i]! + pads[i + 2]!),
    )
    const made = to.node(op, [turn(x, toPlanes, to)], [x.shape[0]!, channels, ...sides], {
      kernel_shape: taps,
      strides,
      pads,
    })
    return turn(made, toPixels, to)
  }

/** By repeating pixels, or in between. */
const resize =
  (mode: 'nearest' | 'linear' | 'cubic'): Operation =>
  (node, inputs, to) => {
    const { attr } = node
    const x = fourSided(node, inputs)
    const [height, width] = knownNumbers(node, inputs, 1) as [number, number]
    const shape = [x.shape[0]!, x.shape[3]!, height, width]
    const isCentred = attr.half_pixel_centers?.b ?? false
    const corners = attr.align_corners?.b ?? false
    const made = to.node('Resize', [turn(x, toPlanes, to), '', '', to.integers(shape)], shape, {
      mode,
      coordinate_transformation_mode: corners ? 'align_corners' : isCentred ? 'half_pixel' : 'asymmetric',
      // TensorFlow takes the pixel in which a centre lies, and without centres the one below.
      ...(mode === 'nearest' ? { nearest_mode: isCentred || corners ? 'round_prefer_ceil' : 'floor' } : null),
      ...(mode === 'cubic'
        ? { cubic_coeff_a: isCentred ? -0.5 : -0.75, exclude_outside: Number(isCentred) }
        : null),
    })
    return turn(made, toPixels, to)
  }

/** Blocks of channels become pixels, or the other way round. */
const blocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): Operation =>
  (node, inputs, to) => {
    const x = fourSided(node, inputs)
    ofImage(node, 'data_format')
    const block = node.attr.block_size?.i ?? 1
    const [n, height, width, channels] = x.shape as [number, number, number, number]
    const [by, less] = op === 'DepthToSpace' ? [block, block ** 2] : [1 / block, 1 / block ** 2]
    const shape = [n, channels / less, height * by, width * by]
    const attributes = { blocksize: block, ...(op === 'DepthToSpace' ? { mode: 'DCR' } : null) }
    return turn(to.node(op, [turn(x, toPlanes, to)], shape, attributes), toPixels, to)
  }

const normalized: Operation = (node, inputs, to) => {
  const x = fourSided(node, inputs)
  ofImage(node, 'data_format')
  if (node.attr.is_training?.b ?? true) return refuse(node, 'normalizes by the images of a batch')
  const numbers = [1, 2, 3, 4].map((at) => shaped(node, inputs, at))
  const made = to.node(
    'BatchNormalization',
    [turn(x, toPlanes, to), ...numbers],
    [x.shape[0]!, x.shape[3]!, x.shape[1]!, x.shape[2]!],
    { epsilon: node.attr.epsilon?.f ?? 1e-4 },
  )
  return turn(made, toPixels, to)
}

const pad =
  (mode: 'constant' | 'mirror'): Operation =>
  (node, inputs, to) => {
    const x = shaped(node, inputs)
    const pixels = knownNumbers(node, inputs, 1)
    const [before, after] = [0, 1].map((side) => pixels.filter((_, i) => i % 2 === side)) as [
      number[],
      number[],
    ]
    const shape = x.shape.map((side, i) => side + before[i]! + after[i]!)
    if (mode === 'mirror' && textOf(node.attr.mode) === 'SYMMETRIC')
      return refuse(node, 'repeats the outermost pixels in turn')
    const value = mode === 'constant' && inputs.length > 2 ? [shaped(node, inputs, 2)] : []
    return to.node('Pad', [x, to.integers([...before, ...after]), ...value], shape, {
      mode: mode === 'mirror' ? 'reflect' : 'constant',
    })
  }

/** What is done to images, whose channels are last. */
export const images: Readonly<Record<string, Operation>> = {
  Conv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposed,
  MaxPool: pool('MaxPool'),
  MaxPoolV2: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  ResizeNearestNeighbor: resize('nearest'),
  ResizeBilinear: resize('linear'),
  ResizeBicubic: resize('cubic'),
  DepthToSpace: blocks('DepthToSpace'),
  SpaceToDepth: blocks('SpaceToDepth'),
  FusedBatchNorm: normalized,
  FusedBatchNormV2: normalized,
  FusedBatchNormV3: normalized,
  Pad: pad('constant'),
  PadV2: pad('constant'),
  MirrorPad: pad('mirror'),
}
