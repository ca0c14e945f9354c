import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { isReadTransposed, type NetworkNode, type NodeOf, type ValueShape } from '../../../shared/network'
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

/** What an operation is computed from. */
interface Read {
  /** The first of `inputs`, which is the only one of most operations. */
  readonly x: Tensor
  /** batch × height × width × channels, or batch × numbers. */
  readonly inputs: readonly Tensor[]
  /** Of the inputs. */
  readonly reads: readonly ValueShape[]
  /** Of the result. */
  readonly gives: ValueShape
  /** By the last part of its name. */
  readonly parameter: (name: string) => Tensor
}

type Build<N> = (node: N, read: Read) => Tensor

/** What a node gives, in the graph. */
export function valueOfNode(node: NetworkNode, read: Omit<Read, 'x'>): Tensor {
  const build = builds[node.op] as Build<NetworkNode>
  return build(node, { ...read, x: read.inputs[0]! })
}

const scaled: Build<unknown> = (_, { x, parameter }) => add(mul(x, parameter('gain')), parameter('shift'))
const joined =
  (join: (a: Tensor, b: Tensor) => Tensor): Build<unknown> =>
  (_, { inputs }) =>
    inputs.reduce(join)

const builds: { readonly [O in NetworkNode['op']]: Build<NodeOf<O>> } = {
  dense: (node, { x, parameter }) => {
    const [kernel, isTransposed] = [parameter('kernel'), isReadTransposed(node)]
    if (!node.bias) return matmul(x, kernel, false, isTransposed)
    return linear(x, kernel, parameter('bias'), isTransposed)
  },
  conv: ({ pads, bias, stride, dilation }, { x, parameter }) =>
    conv2d(around(x, pads), parameter('kernel'), bias ? parameter('bias') : null, {
      stride,
      dilation,
      padding: 'valid',
    }),
  depthwise: (node, { x, parameter }) => {
    const sums = channelByChannel(around(x, node.pads), parameter('kernel'), node)
    return node.bias ? add(sums, parameter('bias')) : sums
  },
  'conv-transposed': transposedConvolution,
  scale: scaled,
  grid: scaled,
  prelu: (_, { x, parameter }) => add(maximum(x, 0), mul(minimum(x, 0), parameter('slope'))),

  affine: ({ gain, shift }, { x }) => add(mul(x, gain), shift),
  activation: ({ activation }, { x }) => activationFunctions[activation](x),
  leaky: ({ slope }, { x }) => add(maximum(x, 0), mul(minimum(x, 0), slope)),
  sqrt: (_, { x }) => sqrt(x),
  erf: (_, { x }) => erf(x),
  function: (node, { x }) => ({ exp, log, abs })[node.function](x),
  clip: ({ low, high }, { x }) => minimum(maximum(x, low), high),
  add: joined(add),
  sub: (_, { x, inputs }) => sub(x, inputs[1]!),
  mul: joined(mul),
  div: (_, { x, inputs }) => div(x, inputs[1]!),

  pool: ({ pooling, size }, { x, gives }) =>
    // Without the pixels at the right and at the bottom that fill no square.
    (pooling === 'max' ? maxPool : averagePool)(
      within(x, 0, 0, gives.height * size, gives.width * size),
      size,
    ),
  'pool-over': (node, { x }) => pooledOver(x, node),
  subsample: ({ rows, columns }, { x }) => subsampled(x, rows, columns),
  peak: ({ over }, { x }) =>
    over === 'channels' ? largestAlong(x, x.shape.length - 1) : largestAlong(largestAlong(x, 1), 2),
  mean: (_, { x, gives }) => reshape(globalAveragePool(x), [BATCH, 1, 1, gives.channels]),
  'channel-mean': (_, { x }) => {
    const last = x.shape.length - 1
    return reshape(reduceMean(x, [last]), [...x.shape.slice(0, last), 1])
  },
  upsample: ({ interpolation, size }, { x }) =>
    (interpolation === 'bilinear' ? upsampleBilinear : upsampleNearest)(x, size),
  shuffle: ({ order, block }, { x, gives }) =>
    pixelShuffle(order === 'channels-last' ? x : pixelsFirst(x, gives, block), block),
  unshuffle: ({ order, block }, { x, gives }) => {
    const blocks = pixelUnshuffle(x, block)
    return order === 'channels-last' ? blocks : channelsFirst(blocks, gives, block)
  },
  resize: (node, { x }) => resized(x, node),

  turn: ({ order }, { x }) => transpose(x, [0, ...order.map((axis) => axis + 1)]),
  concat: ({ axis = 'channels' }, read) =>
    axis === 'channels' ? joinedChannels(read) : concat(read.inputs, axis === 'rows' ? 1 : 2),
  pad: ({ pads, mode }, { x }) => around(x, pads, mode),
  crop: ({ sides: [top, left] }, { x, gives }) => within(x, top, left, gives.height, gives.width),
  channels: ({ from, count }, { x }) => slice(x, x.shape.length - 1, from, count),
  flatten: ({ order }, { x, gives }) =>
    reshape(order === 'channels-first' ? transpose(x, [0, 3, 1, 2]) : x, [BATCH, gives.channels]),
  unflatten: ({ order, height, width, channels }, { x }) =>
    order === 'channels-last'
      ? reshape(x, [BATCH, height, width, channels])
      : transpose(reshape(x, [BATCH, channels, height, width]), [0, 2, 3, 1]),
  'onnx-file': () => {
    throw new ExpectedError('unsupported', sentence('models.fileOnlyDenoises'))
  },
}

/** One pixel is put beside all of the others'. */
function joinedChannels({ inputs, reads, gives: { height, width } }: Read): Tensor {
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

function within(x: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const rows = x.shape[1] === height ? x : slice(x, 1, top, height)
  return rows.shape[2] === width ? rows : slice(rows, 2, left, width)
}

/** All that the patches cover, of which the edges are cut off; the bias comes last, since it is where zeros were put too. */
function transposedConvolution(
  { kernel: [rows, columns], stride, crop, grow, filters, bias }: NodeOf<'conv-transposed'>,
  { x, reads, parameter }: Read,
): Tensor {
  const { height, width } = reads[0]!
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
