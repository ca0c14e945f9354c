import { ExpectedError } from '../../../shared/errors'
import type { InputShape } from '../../../shared/modelSpec'
import {
  isReadTransposed,
  leadingTo,
  type Network,
  type NetworkNode,
  sizeOfValue,
  valueShapes,
  type ValueShape,
} from '../../../shared/network'
import { activationFunctions } from '../graph/ops/activations'
import { add, div, maximum, minimum, mul, sub } from '../graph/ops/arithmetic'
import { broadcastLike } from '../graph/ops/broadcast'
import { concat } from '../graph/ops/concat'
import { conv2d } from '../graph/ops/convolution/conv2d'
import { convTranspose2d } from '../graph/ops/convolution/convTranspose2d'
import { pixelShuffle, pixelUnshuffle } from '../graph/ops/images/pixelShuffle'
import { averagePool, globalAveragePool, maxPool } from '../graph/ops/images/pooling'
import { upsampleBilinear, upsampleNearest } from '../graph/ops/images/upsample'
import { linear } from '../graph/ops/linear'
import { matmul } from '../graph/ops/matmul'
import { reduceMean } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { slice } from '../graph/ops/slice'
import { abs, erf, exp, log, sqrt } from '../graph/ops/unary'
import { transpose } from '../graph/ops/transpose'
import { BATCH, type Tensor } from '../graph/tensor'
import { around, channelByChannel, largestAlong, pooledOver, resized, subsampled } from './networkWindows'

/** What a network reads: parameters by name, and what it is fed. */
export interface NetworkFeeds {
  readonly parameters: ReadonlyMap<string, Tensor>
  /** batch × inputs; not for a decoder. */
  readonly image?: Tensor
  /** Sigma of the noise where 1 is white, batch × 1. */
  readonly noiseLevel?: Tensor
  /** batch × codeSize, in place of all that leads to the code. */
  readonly code?: Tensor
}

/**
 * A value of a network, as batch × its numbers.
 *
 * @param wanted a name of a value; nothing is built that does not lead to it
 */
export function networkValue(
  network: Network,
  input: InputShape,
  wanted: string,
  { parameters, image, noiseLevel, code }: NetworkFeeds,
): Tensor {
  const shapes = valueShapes(network, input)
  const values = new Map<string, Tensor>()
  const put = (name: string, flat: Tensor) => values.set(name, shaped(flat, shapes.get(name)!))
  if (image) put('image', image)
  if (noiseLevel) put('sigma', noiseLevel)
  if (code && network.code !== null) put(network.code, code)
  const needed = leadingTo(network, wanted, new Set(values.keys()))
  for (const node of network.nodes) {
    if (!needed.has(node.name)) continue
    const inputs = node.inputs.map((name) => {
      const value = values.get(name)
      if (!value) throw new Error(`The network is not fed its ${name}.`)
      return value
    })
    const reads = node.inputs.map((name) => shapes.get(name)!)
    const parameter = (name: string) => {
      const owner = name === 'kernel' && 'kernelOf' in node ? (node.kernelOf ?? node.name) : node.name
      return parameters.get(`${owner}.${name}`)!
    }
    values.set(node.name, valueOf(node, inputs, { reads, gives: shapes.get(node.name)!, parameter }))
  }
  return reshape(values.get(wanted)!, [BATCH, sizeOfValue(shapes.get(wanted)!)])
}

const shaped = (x: Tensor, { height, width, channels, isRow }: ValueShape) =>
  reshape(x, isRow ? [BATCH, channels] : [BATCH, height, width, channels])

interface Around {
  readonly reads: readonly ValueShape[]
  readonly gives: ValueShape
  readonly parameter: (name: string) => Tensor
}

function valueOf(node: NetworkNode, inputs: readonly Tensor[], { reads, gives, parameter }: Around): Tensor {
  const [x] = inputs as [Tensor]
  switch (node.op) {
    case 'dense': {
      const [kernel, isTransposed] = [parameter('kernel'), isReadTransposed(node)]
      if (!node.bias) return matmul(x, kernel, false, isTransposed)
      return linear(x, kernel, parameter('bias'), isTransposed)
    }
    case 'conv':
      return conv2d(around(x, node.pads), parameter('kernel'), node.bias ? parameter('bias') : null, {
        ...{ stride: node.stride, dilation: node.dilation, padding: 'valid' },
      })
    case 'depthwise': {
      const sums = channelByChannel(around(x, node.pads), parameter('kernel'), node)
      return node.bias ? add(sums, parameter('bias')) : sums
    }
    case 'conv-transposed':
      return transposedConvolution(node, x, reads[0]!, parameter)
    case 'shuffle':
      return pixelShuffle(node.order === 'channels-last' ? x : pixelsFirst(x, gives, node.block), node.block)
    case 'unshuffle': {
      const blocks = pixelUnshuffle(x, node.block)
      return node.order === 'channels-last' ? blocks : channelsFirst(blocks, gives, node.block)
    }
    case 'concat':
      return (node.axis ?? 'channels') === 'channels'
        ? joined(inputs, reads, gives)
        : concat(inputs, node.axis === 'rows' ? 1 : 2)
    case 'pad':
      return around(x, node.pads, node.mode)
    case 'crop':
      return within(x, node.sides[0], node.sides[1], gives.height, gives.width)
    case 'channels':
      return slice(x, x.shape.length - 1, node.from, node.count)
    case 'flatten':
      return flattened(node.order === 'channels-first' ? transpose(x, [0, 3, 1, 2]) : x, gives)
    case 'unflatten':
      return unflattened(node, x)
    default:
      return sized(node, x, gives) ?? elementwise(node as Elementwise, inputs, parameter)
  }
}

/** Of what makes images larger or smaller, or fewer numbers of them; null for any other operation. */
function sized(node: NetworkNode, x: Tensor, gives: ValueShape): Tensor | null {
  switch (node.op) {
    case 'pool':
      return (node.pooling === 'max' ? maxPool : averagePool)(cropped(x, gives, node.size), node.size)
    case 'pool-over':
      return pooledOver(x, node)
    case 'subsample':
      return subsampled(x, node.rows, node.columns)
    case 'peak':
      return node.over === 'channels'
        ? largestAlong(x, x.shape.length - 1)
        : largestAlong(largestAlong(x, 1), 2)
    case 'resize':
      return resized(x, node)
    case 'turn':
      return transpose(x, [0, ...node.order.map((axis) => axis + 1)])
    case 'mean':
      return reshape(globalAveragePool(x), [BATCH, 1, 1, gives.channels])
    case 'channel-mean': {
      const last = x.shape.length - 1
      return reshape(reduceMean(x, [last]), [...x.shape.slice(0, last), 1])
    }
    case 'upsample':
      return (node.interpolation === 'bilinear' ? upsampleBilinear : upsampleNearest)(x, node.size)
    case 'onnx-file':
      throw new ExpectedError(
        'unsupported',
        'This model runs as the ONNX file that it is: it denoises pictures, and cannot be trained, measured on a dataset, exported or looked into. Use it with denoise.',
      )
    default:
      return null
  }
}

type Elementwise = Extract<
  NetworkNode,
  {
    op:
      | 'scale'
      | 'grid'
      | 'function'
      | 'affine'
      | 'activation'
      | 'leaky'
      | 'prelu'
      | 'sqrt'
      | 'erf'
      | 'clip'
      | 'add'
      | 'sub'
      | 'mul'
      | 'div'
  }
>

function elementwise(node: Elementwise, inputs: readonly Tensor[], parameter: Around['parameter']): Tensor {
  const [x] = inputs as [Tensor]
  switch (node.op) {
    case 'scale':
    case 'grid':
      return add(mul(x, parameter('gain')), parameter('shift'))
    case 'affine':
      return add(mul(x, node.gain), node.shift)
    case 'activation':
      return activationFunctions[node.activation](x)
    case 'leaky':
      return add(maximum(x, 0), mul(minimum(x, 0), node.slope))
    case 'prelu':
      return add(maximum(x, 0), mul(minimum(x, 0), parameter('slope')))
    case 'sqrt':
      return sqrt(x)
    case 'erf':
      return erf(x)
    case 'function':
      return { exp, log, abs }[node.function](x)
    case 'clip':
      return minimum(maximum(x, node.low), node.high)
    case 'add':
      return inputs.slice(1).reduce((sum, one) => add(sum, one), x)
    case 'sub':
      return sub(x, inputs[1]!)
    case 'mul':
      return inputs.slice(1).reduce((product, one) => mul(product, one), x)
    case 'div':
      return div(x, inputs[1]!)
  }
}

function unflattened(
  { order, height, width, channels }: Extract<NetworkNode, { op: 'unflatten' }>,
  x: Tensor,
): Tensor {
  if (order === 'channels-last') return reshape(x, [BATCH, height, width, channels])
  return transpose(reshape(x, [BATCH, channels, height, width]), [0, 2, 3, 1])
}

/** One pixel is put beside all of the others'. */
function joined(
  inputs: readonly Tensor[],
  reads: readonly ValueShape[],
  { height, width }: ValueShape,
): Tensor {
  const like = inputs[reads.findIndex((one) => one.height === height && one.width === width)]!
  const spread = inputs.map((x, i) => {
    if (reads[i]!.height === height && reads[i]!.width === width) return x
    const plane = slice(like, 3, 0, 1)
    const channels = Array.from({ length: reads[i]!.channels }, (_, at) =>
      broadcastLike(slice(x, 3, at, 1), plane),
    )
    return channels.length === 1 ? channels[0]! : concat(channels, 3)
  })
  return concat(spread, like.shape.length - 1)
}

const flattened = (x: Tensor, { channels }: ValueShape) => reshape(x, [BATCH, channels])

/** Without the pixels at the right and at the bottom that fill no square of a pool. */
function cropped(x: Tensor, { height, width }: ValueShape, size: number): Tensor {
  return within(x, 0, 0, height * size, width * size)
}

function within(x: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const rows = x.shape[1] === height ? x : slice(x, 1, top, height)
  return rows.shape[2] === width ? rows : slice(rows, 2, left, width)
}

/** All that the patches cover, of which the edges are cut off; the bias comes last, since it is where zeros were put too. */
function transposedConvolution(
  {
    kernel: [rows, columns],
    stride,
    crop,
    grow,
    filters,
    bias,
  }: Extract<NetworkNode, { op: 'conv-transposed' }>,
  x: Tensor,
  { height, width }: ValueShape,
  parameter: (name: string) => Tensor,
): Tensor {
  const whole = [(height - 1) * stride + rows, (width - 1) * stride + columns] as const
  const shape = [BATCH, ...whole, filters]
  const sums = convTranspose2d(x, parameter('kernel'), shape, { stride, padding: 'valid' })
  const [top, left, bottom, right] = crop
  const kept = within(sums, top, left, whole[0] - top - bottom, whole[1] - left - right)
  const grown = around(kept, grow)
  return bias ? add(grown, parameter('bias')) : grown
}

/** Channels that come channel by channel, each with all pixels of its block, as pixel by pixel, each with all channels. */
function pixelsFirst(x: Tensor, { height, width, channels }: ValueShape, block: number): Tensor {
  const [rows, columns] = [height / block, width / block]
  const split = reshape(x, [BATCH, rows, columns, channels, block * block])
  return reshape(transpose(split, [0, 1, 2, 4, 3]), [BATCH, rows, columns, channels * block * block])
}

function channelsFirst(x: Tensor, { height, width, channels }: ValueShape, block: number): Tensor {
  const split = reshape(x, [BATCH, height, width, block * block, channels / block ** 2])
  return reshape(transpose(split, [0, 1, 2, 4, 3]), [BATCH, height, width, channels])
}
