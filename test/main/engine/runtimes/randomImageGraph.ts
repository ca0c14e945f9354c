import { activationFunctions } from '../../../../src/main/engine/graph/ops/activations'
import {
  add,
  atLeast,
  div,
  maximum,
  minimum,
  mul,
  sub,
} from '../../../../src/main/engine/graph/ops/arithmetic'
import { biasAdd } from '../../../../src/main/engine/graph/ops/biasAdd'
import { broadcastLike } from '../../../../src/main/engine/graph/ops/broadcast'
import { concat } from '../../../../src/main/engine/graph/ops/concat'
import { conv2d } from '../../../../src/main/engine/graph/ops/convolution/conv2d'
import { convTranspose2d } from '../../../../src/main/engine/graph/ops/convolution/convTranspose2d'
import { depthwiseConv2d } from '../../../../src/main/engine/graph/ops/convolution/depthwiseConv2d'
import { type WindowOptions, defaultWindow } from '../../../../src/main/engine/graph/ops/convolution/window'
import { pad, type PadMode } from '../../../../src/main/engine/graph/ops/images/pad'
import { pixelShuffle, pixelUnshuffle } from '../../../../src/main/engine/graph/ops/images/pixelShuffle'
import { averagePool, globalAveragePool, maxPool } from '../../../../src/main/engine/graph/ops/images/pooling'
import { reverse } from '../../../../src/main/engine/graph/ops/images/reverse'
import { upsampleBilinear, upsampleNearest } from '../../../../src/main/engine/graph/ops/images/upsample'
import { layerNorm } from '../../../../src/main/engine/graph/ops/normalization'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reduceMean } from '../../../../src/main/engine/graph/ops/reduce'
import { reshape } from '../../../../src/main/engine/graph/ops/reshape'
import { slice } from '../../../../src/main/engine/graph/ops/slice'
import { abs, erf, exp, neg, sqrt, square } from '../../../../src/main/engine/graph/ops/unary'
import { BATCH, type Shape, type Tensor } from '../../../../src/main/engine/graph/tensor'
import { createVariable, type Variable } from '../../../../src/main/engine/graph/variable'
import { randomNumbers } from '../../../support/randomNumbers'

/** Sides and channels that fill no block, one or several, and those that leave a rest. */
const sides = [1, 2, 3, 4, 5, 7, 8]
const widths = [1, 2, 3, 4, 8, 12, 16, 17, 20, 24, 32, 36]
const mostNumbers = 8192

/** Of a graph that is being drawn. */
class Drawing {
  readonly variables: Variable[] = []
  readonly values: Tensor[]
  private readonly random: () => number

  constructor(seed: number) {
    this.random = randomNumbers(seed)
    this.values = [placeholder('x', [BATCH, this.pick(sides), this.pick(sides), this.pick(widths)])]
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!
  }

  /** Mostly the latest value, so that chains become long. */
  value(): Tensor {
    return this.random() < 0.7 ? this.values.at(-1)! : this.pick(this.values)
  }

  /** Another value that goes together with one: of its shape, of single pixels, or of a single channel. */
  partner(x: Tensor): Tensor | null {
    const fits = this.values.filter(
      (y) => y !== x && y.shape.every((size, axis) => axis === 0 || size === 1 || size === x.shape[axis]),
    )
    return fits.length ? this.pick(fits) : null
  }

  weight(shape: Shape): Tensor {
    const made = createVariable(`w${this.variables.length}`, shape)
    this.variables.push(made)
    return made.value
  }
}

type Maker = (drawing: Drawing, x: Tensor) => Tensor | null

const channelsOf = (x: Tensor) => x.shape[3]!
const imageOf = (x: Tensor) => x.shape.slice(1) as [number, number, number]
const single = (x: Tensor) => reshape(globalAveragePool(x), [BATCH, 1, 1, channelsOf(x)])
const windowOf = (draw: Drawing): WindowOptions => ({
  ...defaultWindow,
  ...draw.pick([{}, {}, { stride: 2 }, { dilation: 2 }, { padding: 'valid' as const }]),
})

function convolution(draw: Drawing, x: Tensor): Tensor | null {
  const window = windowOf(draw)
  const [height, width, channels] = imageOf(x)
  const taps = [draw.pick([1, 2, 3]), draw.pick([1, 3])] as const
  const reach = taps.map((tap) => (tap - 1) * window.dilation + 1)
  if (window.padding === 'valid' && (reach[0]! > height || reach[1]! > width)) return null
  const filters = draw.pick(widths)
  const bias = draw.pick([true, false]) ? draw.weight([filters]) : null
  return conv2d(x, draw.weight([...taps, channels, filters]), bias, window)
}

function transposed(draw: Drawing, x: Tensor): Tensor | null {
  const [height, width, channels] = imageOf(x)
  const stride = draw.pick([1, 2])
  const filters = draw.pick(widths)
  const shape = [BATCH, height * stride, width * stride, filters]
  const bias = draw.pick([true, false]) ? draw.weight([filters]) : null
  return convTranspose2d(x, draw.weight([3, draw.pick([2, 3]), filters, channels]), shape, { stride }, bias)
}

function padded(draw: Drawing, x: Tensor): Tensor | null {
  const [height, width] = imageOf(x)
  const mode = draw.pick<PadMode>(['zero', 'reflect', 'edge'])
  if (mode === 'reflect' && Math.min(height, width) < 2) return null
  return pad(x, { top: draw.pick([0, 1]), bottom: 1, left: draw.pick([0, 1]), right: 0 }, mode)
}

const inBlocks = (x: Tensor, size: number) => imageOf(x)[0] % size === 0 && imageOf(x)[1] % size === 0
const both =
  (of: (x: Tensor, y: Tensor) => Tensor): Maker =>
  (draw, x) => {
    const other = draw.partner(x)
    return other && of(x, other)
  }
const positive = (x: Tensor) => add(abs(x), 0.5)

/** One of each operation on images; null where it does not fit what is there. */
export const makers: Readonly<Record<string, Maker>> = {
  convolution,
  'convolution again': convolution,
  transposed,
  'mean and convolution': (draw, x) =>
    mul(x, conv2d(single(x), draw.weight([1, 1, channelsOf(x), channelsOf(x)]))),
  'convolution of means': (draw, x) => convolution(draw, single(x)),
  depthwise: (draw, x) => depthwiseConv2d(x, draw.weight([draw.pick([1, 3]), 3, channelsOf(x)])),
  ...Object.fromEntries(Object.entries(activationFunctions).map(([name, of]) => [name, (_, x) => of(x)])),
  add: both(add),
  sub: both(sub),
  mul: both(mul),
  div: both((x, y) => div(x, positive(y))),
  maximum: both(maximum),
  minimum: both(minimum),
  atLeast: both((x, y) => atLeast(add(x, 3), y)),
  broadcastLike: both((x, y) => broadcastLike(y, x)),
  'with a number': (draw, x) => draw.pick([add, sub, mul])(x, 0.7),
  biasAdd: (draw, x) => biasAdd(x, draw.weight([channelsOf(x)])),
  scale: (draw, x) => mul(x, draw.weight([channelsOf(x)])),
  'scale of columns': (draw, x) => mul(x, draw.weight([imageOf(x)[1], 1])),
  concat: (draw, x) => {
    const same = draw.values.filter(({ shape }) => shape.slice(0, 3).join() === x.shape.slice(0, 3).join())
    return concat([x, draw.pick(same)], 3)
  },
  slice: (draw, x) => {
    const axis = draw.pick([1, 2, 3])
    return slice(x, axis, 0, Math.ceil(x.shape[axis]! / 2))
  },
  reverse: (draw, x) => reverse(x, draw.pick([1, 2, 3])),
  pad: padded,
  pixelShuffle: (_, x) => (channelsOf(x) % 4 ? null : pixelShuffle(x, 2)),
  pixelUnshuffle: (_, x) => (inBlocks(x, 2) ? pixelUnshuffle(x, 2) : null),
  averagePool: (_, x) => (inBlocks(x, 2) ? averagePool(x, 2) : null),
  maxPool: (_, x) => (inBlocks(x, 2) ? maxPool(x, 2) : null),
  globalAveragePool: (_, x) => single(x),
  'mean of channels': (_, x) => reshape(reduceMean(x, [3]), [...x.shape.slice(0, 3), 1]),
  upsampleNearest: (draw, x) => upsampleNearest(x, draw.pick([2, 3])),
  upsampleBilinear: (_, x) => upsampleBilinear(x, 2),
  layerNorm: (draw, x) => layerNorm(mul(x, 4), draw.weight([channelsOf(x)]), draw.weight([channelsOf(x)])),
  reshape: (_, x) => {
    const [height, width, channels] = imageOf(x)
    return reshape(x, [BATCH, width, height, channels])
  },
  abs: (_, x) => abs(x),
  erf: (_, x) => erf(x),
  exp: (_, x) => exp(neg(abs(x))),
  sqrt: (_, x) => sqrt(positive(x)),
  square: (_, x) => square(x),
}

export interface ImageGraph {
  readonly variables: readonly Variable[]
  readonly output: Tensor
  /** Of the makers, in the order in which they were taken. */
  readonly made: readonly string[]
}

/** Some operations on images, one after and beside the other, the same for a seed. */
export function randomImageGraph(seed: number, steps = 7): ImageGraph {
  const draw = new Drawing(seed)
  const names = Object.keys(makers)
  const made: string[] = []
  for (let tries = 0; made.length < steps && tries < 100; tries++) {
    const name = draw.pick(names)
    const value = makers[name]!(draw, draw.value())
    const size = value?.shape.reduce((product, n) => product * Math.abs(n), 1) ?? 0
    if (!value || size > mostNumbers || value.shape.length !== 4) continue
    draw.values.push(value)
    made.push(name)
  }
  return { variables: draw.variables, output: draw.values.at(-1)!, made }
}
