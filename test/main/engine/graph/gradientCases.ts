import { activationFunctions } from '../../../../src/main/engine/graph/ops/activations'
import { add, div, maximum, minimum, mul, sub } from '../../../../src/main/engine/graph/ops/arithmetic'
import { biasAdd } from '../../../../src/main/engine/graph/ops/biasAdd'
import { broadcastLike } from '../../../../src/main/engine/graph/ops/broadcast'
import { concat } from '../../../../src/main/engine/graph/ops/concat'
import { conv2d } from '../../../../src/main/engine/graph/ops/convolution/conv2d'
import { convKernelGradient } from '../../../../src/main/engine/graph/ops/convolution/convKernelGradient'
import { convTranspose2d } from '../../../../src/main/engine/graph/ops/convolution/convTranspose2d'
import { depthwiseConv2d } from '../../../../src/main/engine/graph/ops/convolution/depthwiseConv2d'
import {
  axisWindow,
  defaultWindow,
  type WindowOptions,
} from '../../../../src/main/engine/graph/ops/convolution/window'
import { customGradient } from '../../../../src/main/engine/graph/ops/customGradient'
import { dropout } from '../../../../src/main/engine/graph/ops/dropout'
import { gram } from '../../../../src/main/engine/graph/ops/gram'
import { pad } from '../../../../src/main/engine/graph/ops/images/pad'
import { pixelShuffle, pixelUnshuffle } from '../../../../src/main/engine/graph/ops/images/pixelShuffle'
import { averagePool, globalAveragePool, maxPool } from '../../../../src/main/engine/graph/ops/images/pooling'
import { reverse } from '../../../../src/main/engine/graph/ops/images/reverse'
import { upsampleBilinear, upsampleNearest } from '../../../../src/main/engine/graph/ops/images/upsample'
import { linear } from '../../../../src/main/engine/graph/ops/linear'
import { linearColumns } from '../../../../src/main/engine/graph/ops/linearColumns'
import { matmul } from '../../../../src/main/engine/graph/ops/matmul'
import { batchNorm, batchNormInference, layerNorm } from '../../../../src/main/engine/graph/ops/normalization'
import { orZero } from '../../../../src/main/engine/graph/ops/orZero'
import { reduceMean, reduceSum } from '../../../../src/main/engine/graph/ops/reduce'
import { reshape } from '../../../../src/main/engine/graph/ops/reshape'
import { slice } from '../../../../src/main/engine/graph/ops/slice'
import { sumOfSquares } from '../../../../src/main/engine/graph/ops/sumOfSquares'
import { transpose } from '../../../../src/main/engine/graph/ops/transpose'
import { abs, erf, exp, log, neg, sqrt, square } from '../../../../src/main/engine/graph/ops/unary'
import { BATCH, type Shape, type Tensor } from '../../../../src/main/engine/graph/tensor'
import type { GradientCase, Values } from './finiteDifferences'

const any: Values = (r) => 3 * r - 1.5
const positive: Values = (r) => 0.6 + 1.5 * r
/** −1.5…−0.25 and 0.25…1.5 in turns. */
const nonZero: Values = (r, k) => (0.25 + 1.25 * r) * (k % 2 ? -1 : 1)
/** Two grids between each other, in no order: no value of one is nearer than 0.25 to one of the other. */
const grid: Values = (r) => Math.floor(5 * r) - 2
const between: Values = (r) => grid(r, 0) + 0.5

const inputs = (values: Values, ...shapes: Shape[]) => shapes.map((shape) => ({ shape, values }))
const cases = (
  values: Values,
  of: (...inputs: Tensor[]) => Tensor,
  ...shapes: Shape[][]
): Record<string, GradientCase> =>
  Object.fromEntries(
    shapes.map((list) => [list.map(format).join(' '), { inputs: inputs(values, ...list), of }]),
  )
const format = (shape: Shape) => `[${shape.map((size) => (size === BATCH ? 'n' : size))}]`

/** Broadcasting in both directions, along leading, inner and several axes, with and without a batch. */
const pairs: Shape[][] = [
  [
    [BATCH, 4],
    [BATCH, 4],
  ],
  [[BATCH, 4], [4]],
  [[4], [BATCH, 4]],
  [[BATCH, 4], []],
  [[], [BATCH, 4]],
  [
    [BATCH, 1],
    [1, 4],
  ],
  [
    [1, 4],
    [BATCH, 1],
  ],
  [
    [2, 3, 1],
    [3, 4],
  ],
  [
    [3, 4],
    [2, 1, 4],
  ],
]

type Binary = (a: Tensor, b: Tensor) => Tensor
const binary = (op: Binary, values: Values = any) => cases(values, op as GradientCase['of'], ...pairs)
const apart = (op: Binary): Record<string, GradientCase> =>
  Object.fromEntries(
    pairs.map(([a, b]) => [
      `${format(a!)} ${format(b!)}`,
      { inputs: [...inputs(grid, a!), ...inputs(between, b!)], of: op as GradientCase['of'] },
    ]),
  )
const unary = (op: (x: Tensor) => Tensor, values: Values) => cases(values, op, [[BATCH, 5]], [[2, 3]])

const one = (name: string, of: GradientCase['of'], ...shapes: Shape[]): Record<string, GradientCase> => ({
  [name]: { inputs: inputs(any, ...shapes), of },
})

const reductions = (reduce: (x: Tensor, axes?: readonly number[]) => Tensor) => ({
  ...one('all', (x) => reduce(square(x)), [BATCH, 4]),
  ...one('batch', (x) => reduce(square(x), [0]), [BATCH, 4]),
  ...one('last', (x) => reduce(square(x), [1]), [BATCH, 4]),
  ...one('middle', (x) => reduce(square(x), [1]), [BATCH, 3, 2]),
  ...one('outer', (x) => reduce(square(x), [0, 2]), [BATCH, 3, 2]),
  ...one('batch in the middle', (x) => reduce(square(x), [0, 1]), [2, BATCH, 3]),
  ...one('none', (x) => reduce(square(x), []), [2, 3]),
})

/** Windows of every kind on images of odd and even sides. */
const windows: Record<
  string,
  { size: readonly [number, number]; taps: readonly [number, number]; window: Partial<WindowOptions> }
> = {
  '3×3': { size: [5, 4], taps: [3, 3], window: {} },
  '1×1': { size: [3, 3], taps: [1, 1], window: {} },
  '2×3, even and odd': { size: [4, 5], taps: [2, 3], window: {} },
  valid: { size: [5, 4], taps: [3, 2], window: { padding: 'valid' } },
  'stride 2': { size: [6, 5], taps: [3, 3], window: { stride: 2 } },
  'stride 2, valid, a rest': { size: [6, 5], taps: [2, 2], window: { stride: 2, padding: 'valid' } },
  'stride 3 and a smaller kernel': { size: [7, 6], taps: [2, 2], window: { stride: 3 } },
  'dilation 2': { size: [6, 5], taps: [3, 3], window: { dilation: 2 } },
  'dilation 2, valid': { size: [6, 5], taps: [2, 2], window: { dilation: 2, padding: 'valid' } },
}
const eachWindow = (
  of: (
    title: string,
    window: WindowOptions,
    size: readonly [number, number],
    taps: readonly [number, number],
  ) => Record<string, GradientCase>,
) =>
  Object.assign(
    {},
    ...Object.entries(windows).map(([title, { size, taps, window }]) =>
      of(title, { ...defaultWindow, ...window }, size, taps),
    ),
  ) as Record<string, GradientCase>
/** The height and width of what a window gives. */
const outputs = (window: WindowOptions, size: readonly number[], taps: readonly number[]): [number, number] =>
  size.map((n, i) => axisWindow(n, taps[i]!, window).outputs) as [number, number]
/** No two values nearer than 0.25, in no order. */
const distinct: Values = (_, k) => ((29 * k) % 48) / 4 - 6
const image: Shape = [BATCH, 4, 4, 2]
const margins = { top: 1, bottom: 2, left: 2, right: 0 }

/** What does not flow, and why that is right. */
export type NoGradient = string

/** Every export of every file in ops/, by file. */
export const operations: Record<string, Record<string, Record<string, GradientCase> | NoGradient>> = {
  'activations.ts': {},
  'arithmetic.ts': {
    add: binary(add),
    sub: binary(sub),
    mul: binary(mul),
    div: binary(div, positive),
    maximum: apart(maximum),
    minimum: apart(minimum),
    atLeast: 'a step is flat',
  },
  'batchSize.ts': { batchSize: 'depends on the shape alone' },
  'biasAdd.ts': {
    biasAdd: cases(any, biasAdd as GradientCase['of'], [[BATCH, 4], [4]], [[BATCH, 2, 3], [3]]),
  },
  'broadcast.ts': {
    // Squared, because mul lets a broadcast be and broadcasts itself.
    broadcastLike: cases(
      any,
      (x, like) => square(broadcastLike(x!, like!)),
      ...pairs.filter(([a, b]) => repeats(a!, b!)),
    ),
    broadcastShapes: 'computes shapes',
    broadcastSource: 'looks at the graph',
    beforeBroadcast: 'looks at the graph',
    sumToShape: 'made of reduceSum and reshape',
  },
  'concat.ts': {
    readJoined: 'says what a product reads',
    concat: {
      ...one('two', (a, b) => concat([a!, b!], 1), [BATCH, 2], [BATCH, 3]),
      ...one('three, inner axis', (a, b, c) => concat([a!, b!, c!], 1), [2, 1, 2], [2, 3, 2], [2, 2, 2]),
      ...one('with itself', (a, b) => concat([a!, b!, a!], 1), [BATCH, 2], [BATCH, 1]),
    },
  },
  'constant.ts': { constant: 'no input', fill: 'no input' },
  'convolution/conv2d.ts': {
    conv2d: {
      ...eachWindow((title, window, [h, w], [k, l]) =>
        one(title, (x, kernel) => conv2d(x!, kernel!, null, window), [BATCH, h, w, 2], [k, l, 2, 3]),
      ),
      ...one('bias', (x, kernel, b) => conv2d(x!, kernel!, b!), [BATCH, 3, 4, 1], [3, 3, 1, 2], [2]),
      ...one(
        'the image mirrored around it',
        (x, kernel) => conv2d(x!, kernel!, null, { padding: 'reflect', stride: 2 }),
        [BATCH, 5, 4, 1],
        [3, 3, 1, 2],
      ),
      ...one('channels in blocks', (x, k, b) => conv2d(x!, k!, b!), [BATCH, 2, 2, 16], [1, 2, 16, 32], [32]),
      ...one(
        'channels in blocks that are not full',
        (x, k) => conv2d(x!, k!),
        [BATCH, 2, 3, 20],
        [3, 1, 20, 6],
      ),
      ...one('channels that fit no block', (x, k) => conv2d(x!, k!), [BATCH, 2, 2, 17], [2, 2, 17, 5]),
    },
    conv2dShape: 'computes shapes',
    checkBias: 'checks shapes',
  },
  'convolution/convTranspose2d.ts': {
    convTranspose2d: {
      ...eachWindow((title, window, [h, w], [k, l]) =>
        one(
          title,
          (y, kernel) => convTranspose2d(y!, kernel!, [BATCH, h, w, 2], window),
          [BATCH, ...outputs(window, [h, w], [k, l]), 3],
          [k, l, 2, 3],
        ),
      ),
      ...one(
        'bias',
        (y, kernel, b) => convTranspose2d(y!, kernel!, [BATCH, 6, 4, 1], { stride: 2 }, b!),
        [BATCH, 3, 2, 2],
        [3, 3, 1, 2],
        [1],
      ),
    },
    batchedShape: 'emits a shape',
  },
  'convolution/convKernelGradient.ts': {
    convKernelGradient: eachWindow((title, window, [h, w], [k, l]) =>
      one(
        title,
        (x, dy) => convKernelGradient(x!, dy!, [k, l, 2, 3], window),
        [BATCH, h, w, 2],
        [BATCH, ...outputs(window, [h, w], [k, l]), 3],
      ),
    ),
  },
  'convolution/depthwiseConv2d.ts': {
    depthwiseConv2d: {
      ...one('same', (x, kernel) => depthwiseConv2d(x!, kernel!), [BATCH, 4, 3, 2], [3, 3, 2]),
      ...one('same, even', (x, kernel) => depthwiseConv2d(x!, kernel!), [BATCH, 4, 3, 2], [2, 2, 2]),
      ...one(
        'valid',
        (x, kernel) => depthwiseConv2d(x!, kernel!, { padding: 'valid' }),
        [BATCH, 4, 5, 2],
        [3, 2, 2],
      ),
    },
  },
  'convolution/onnxConvolution.ts': {
    onnxConvolution: 'emits a convolution',
    toChannelsFirst: 'emits a transpose',
    toChannelsLast: 'emits a transpose',
  },
  'convolution/window.ts': {
    axisWindow: 'computes shapes',
    checkImages: 'checks shapes',
    tensorflowWindow: 'makes attributes',
  },
  'customGradient.ts': {
    customGradient: one(
      'of a tensor that is named twice, and read elsewhere',
      (x) => {
        const flow = (dy: Tensor) => mul(x!, dy)
        return add(customGradient(sumOfSquares(x!), [x!, flow], [x!, flow]), reduceSum(x!))
      },
      [BATCH, 4],
    ),
  },
  'dropout.ts': {
    dropout: {
      'a share': {
        inputs: [...inputs(any, [BATCH, 4]), ...inputs((r) => Math.floor(4 * r) / 4 + 0.125, [BATCH, 4])],
        of: (x, field) => dropout(x!, field!, 0.5),
      },
      ...one('none', (x, field) => add(dropout(x!, field!, 0), field!), [BATCH, 4], [BATCH, 4]),
    },
  },
  'gram.ts': {
    gram: {
      ...one('aᵀ·a', (a) => gram(a!), [4, 3]),
      ...one('a·aᵀ', (a) => gram(transpose(a!)), [3, 4]),
    },
  },
  'images/pad.ts': {
    pad: {
      ...one('zero', (x) => pad(x!, margins, 'zero'), image),
      ...one('reflect', (x) => pad(x!, margins, 'reflect'), image),
      ...one('edge', (x) => pad(x!, margins, 'edge'), image),
    },
  },
  'images/pixelShuffle.ts': {
    pixelShuffle: one('by 2', (x) => pixelShuffle(x!, 2), [BATCH, 2, 1, 8]),
    pixelUnshuffle: one('by 2', (x) => pixelUnshuffle(x!, 2), image),
  },
  'images/pooling.ts': {
    averagePool: one('squares of 2', (x) => averagePool(x!, 2), image),
    maxPool: cases(distinct, (x) => maxPool(x!, 2), [[BATCH, 4, 4, 1]]),
    globalAveragePool: one('channels', (x) => globalAveragePool(x!), image),
  },
  'images/reverse.ts': {
    reverse: {
      ...one('rows', (x) => reverse(x!, 1), image),
      ...one('one row', (x) => reverse(x!, 1), [BATCH, 1, 2, 1]),
    },
  },
  'images/upsample.ts': {
    upsampleNearest: one('by 3', (x) => upsampleNearest(x!, 3), [BATCH, 2, 3, 2]),
    upsampleBilinear: {
      ...one('by 2', (x) => upsampleBilinear(x!, 2), [BATCH, 2, 3, 2]),
      ...one('by 4', (x) => upsampleBilinear(x!, 4), [BATCH, 1, 2, 1]),
    },
  },
  'linear.ts': {
    linear: {
      ...one('kernel', (x, w, b) => linear(x!, w!, b!), [BATCH, 3], [3, 2], [2]),
      ...one('kernel transposed', (x, w, b) => linear(x!, w!, b!, true), [BATCH, 3], [2, 3], [2]),
    },
  },
  'linearColumns.ts': {
    linearColumns: {
      ...one('kernel', (x, w, b) => linearColumns(x!, w!, b!), [3, BATCH], [3, 2], [2]),
      ...one('kernel transposed', (x, w, b) => linearColumns(x!, w!, b!, true), [3, BATCH], [2, 3], [2]),
      ...one('images as rows', (x, w, b) => linearColumns(transpose(x!), w!, b!), [BATCH, 3], [3, 2], [2]),
      ...one(
        'images as rows, kernel transposed',
        (x, w, b) => linearColumns(transpose(x!), w!, b!, true),
        ...[[BATCH, 3], [2, 3], [2]],
      ),
      ...one(
        'kernel of parts that read some of the inputs',
        (x, v, w, b) => linearColumns(x!, concat([v!, w!], 0), b!),
        ...[[3, BATCH], [1, 2], [2, 2], [2]],
      ),
      ...one(
        'the same as its transpose',
        (x, v, w, b) => linearColumns(x!, transpose(concat([v!, w!], 1)), b!),
        ...[[3, BATCH], [2, 2], [2, 1], [2]],
      ),
      ...one(
        'kernel of parts that give some of the units',
        (x, v, w, b) => linearColumns(x!, concat([v!, w!], 1), b!),
        ...[[2, BATCH], [2, 1], [2, 2], [3]],
      ),
      ...one(
        'the same as its transpose, images as rows',
        (x, v, w, b) => linearColumns(transpose(x!), concat([v!, w!], 0), b!, true),
        ...[[BATCH, 2], [2, 2], [1, 2], [3]],
      ),
    },
  },
  'matmul.ts': {
    matmul: {
      ...one('a·b', (a, b) => matmul(a!, b!), [BATCH, 4], [4, 2]),
      ...one('a·bᵀ', (a, b) => matmul(a!, b!, false, true), [BATCH, 4], [2, 4]),
      ...one('aᵀ·b', (a, b) => matmul(a!, b!, true), [BATCH, 4], [BATCH, 2]),
      ...one('aᵀ·bᵀ', (a, b) => matmul(a!, b!, true, true), [4, 3], [2, 4]),
      ...one('a·b + c', (a, b, c) => matmul(a!, b!, false, false, c!), [BATCH, 4], [4, 2], [BATCH, 2]),
    },
  },
  'normalization.ts': {
    batchNorm: {
      ...one('images', (x, s, o) => batchNorm(x!, s!, o!).output, [BATCH, 2, 2, 2], [2], [2]),
      ...one(
        'its measures',
        (x, s, o) => {
          const { mean, variance } = batchNorm(x!, s!, o!)
          return add(mul(mean, variance), add(s!, o!))
        },
        [BATCH, 3],
        [3],
        [3],
      ),
    },
    batchNormInference: {
      images: {
        inputs: [...inputs(any, [BATCH, 2, 2, 2], [2]), ...inputs(positive, [2]), ...inputs(any, [2], [2])],
        of: (x, mean, variance, scale, offset) => batchNormInference(x!, mean!, variance!, scale!, offset!),
      },
    },
    layerNorm: one('images', (x, s, o) => layerNorm(x!, s!, o!), [BATCH, 2, 1, 4], [4], [4]),
  },
  'placeholder.ts': { placeholder: 'no input', placeholderName: 'looks at the graph' },
  'reduce.ts': { reduceSum: reductions(reduceSum), reduceMean: reductions(reduceMean) },
  'reshape.ts': {
    reshape: {
      ...one('static', (x) => reshape(x!, [3, 2, 2]), [2, 6]),
      ...one('batch', (x) => reshape(x!, [BATCH, 2, 3]), [BATCH, 6]),
      ...one('to a scalar', (x) => reshape(x!, []), [1, 1]),
    },
  },
  'orZero.ts': {
    orZero: cases(any, orZero, [[BATCH, 3]], [[2]]),
    isKnown: 'a step is flat',
  },
  'slice.ts': {
    slice: {
      ...one('start', (x) => slice(x!, 1, 0, 2), [BATCH, 5]),
      ...one('middle', (x) => slice(x!, 1, 1, 3), [BATCH, 5]),
      ...one('end', (x) => slice(x!, 1, 3, 2), [BATCH, 5]),
      ...one('whole', (x) => slice(x!, 1, 0, 5), [BATCH, 5]),
      ...one('outer axis', (x) => slice(x!, 0, 1, 1), [3, 2]),
    },
  },
  'split.ts': { split: 'one differentiates with respect to the pieces' },
  'sumOfSquares.ts': { sumOfSquares: cases(any, sumOfSquares, [[BATCH, 4]], [[2, 3, 2]], [[5]], [[]]) },
  'transpose.ts': {
    readTransposed: 'says what a product reads',
    transpose: {
      ...one('matrix', (x) => transpose(x!), [BATCH, 3]),
      ...one('three axes', (x) => transpose(x!, [2, 0, 1]), [BATCH, 3, 2]),
    },
  },
  'pixelBytes.ts': { pixelBytes: 'its output is bytes' },
  'unitInterval.ts': { unitInterval: 'its input is bytes' },
  'unary.ts': {
    neg: unary(neg, any),
    exp: unary(exp, any),
    log: unary(log, positive),
    sqrt: unary(sqrt, positive),
    erf: unary(erf, any),
    abs: unary(abs, nonZero),
    sign: 'a step is flat',
    square: unary(square, any),
  },
  'updates/adam.ts': {
    adam: 'nobody differentiates a training step',
    complement: 'a number',
  },
  'updates/momentum.ts': { momentumStep: 'nobody differentiates a training step' },
  'updates/rmsprop.ts': { rmspropStep: 'nobody differentiates a training step' },
}

/** Whether a tensor of shape `a` can be repeated to `b`. */
function repeats(a: Shape, b: Shape): boolean {
  return (
    a.every((size, i) => {
      const axis = b.length - a.length + i
      return axis >= 0 && (size === 1 || size === b[axis])
    }) && a.length <= b.length
  )
}

const smooth: readonly string[] = ['linear', 'sigmoid', 'tanh', 'softplus']

/** Every activation, away from 0 where it may have a corner there. */
export const activationCases: Record<string, GradientCase> = Object.fromEntries(
  Object.entries(activationFunctions).flatMap(([name, of]) =>
    Object.entries(unary(of, smooth.includes(name) ? any : nonZero)).map(([title, one]) => [
      `${name} ${title}`,
      one,
    ]),
  ),
)

const { relu, sigmoid, tanh } = activationFunctions

/** Several operations together: what a tensor receives from each of its uses adds up. */
export const compositions: Record<string, GradientCase> = {
  ...one('a tensor used twice', (x) => mul(x!, x!), [BATCH, 4]),
  ...one('a tensor used in three ways', (x) => add(mul(sigmoid(x!), x!), tanh(square(x!))), [BATCH, 4]),
  ...one(
    'a tied pair of layers',
    (x, w) => matmul(sigmoid(matmul(x!, w!)), w!, false, true),
    [BATCH, 4],
    [4, 2],
  ),
  ...one('a product with its transpose', (w) => sub(matmul(w!, w!, true), reduceMean(w!)), [4, 3]),
  ...one(
    'a mean of squared errors',
    (x, w) => reduceMean(square(sub(matmul(x!, w!), x!))),
    [BATCH, 3],
    [3, 3],
  ),
  ...one('a kernel scaled by its norm', (w) => div(w!, sqrt(add(sumOfSquares(w!), 0.5))), [3, 2]),
  ...one(
    'slices joined the other way round',
    (x) => square(concat([slice(x!, 1, 2, 2), slice(x!, 1, 0, 2)], 1)),
    [BATCH, 4],
  ),
  ...one('a broadcast of a mean', (x) => square(sub(x!, broadcastLike(reduceMean(x!), x!))), [BATCH, 4]),
  ...one(
    'arithmetic on a broadcast',
    (x, like) => exp(mul(add(broadcastLike(x!, like!), 0.5), 0.3)),
    [1, 3],
    [BATCH, 3],
  ),
  ...one(
    'two broadcasts',
    (x, like) => mul(broadcastLike(x!, like!), broadcastLike(reduceSum(x!), like!)),
    [1, 3],
    [BATCH, 3],
  ),
  'convolutions with a ReLU, a skip and a tied one': {
    inputs: [
      ...inputs((r) => r - 0.5, [BATCH, 2, 2, 3], [2, 1, 3, 16], [1, 1, 16, 16]),
      // Half of the filters are let through whatever comes, half are not.
      ...inputs((r, k) => (k % 2 ? 3 + r : -3 - r), [16]),
    ],
    of: (x, first, second, bias) => {
      const narrow = relu(conv2d(x!, first!, bias))
      const wide = tanh(add(mul(conv2d(narrow, second!), 0.5), narrow))
      return concat([convTranspose2d(wide, first!, x!.shape), x!], 3)
    },
  },
  ...one('numbers on the left', (x) => add(sub(2, x!), div(3, add(square(x!), 1))), [BATCH, 3]),
}
