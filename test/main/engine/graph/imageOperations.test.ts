import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { mul } from '../../../../src/main/engine/graph/ops/arithmetic'
import { conv2d } from '../../../../src/main/engine/graph/ops/convolution/conv2d'
import { convTranspose2d } from '../../../../src/main/engine/graph/ops/convolution/convTranspose2d'
import { depthwiseConv2d } from '../../../../src/main/engine/graph/ops/convolution/depthwiseConv2d'
import { pad } from '../../../../src/main/engine/graph/ops/images/pad'
import { pixelShuffle, pixelUnshuffle } from '../../../../src/main/engine/graph/ops/images/pixelShuffle'
import { averagePool, globalAveragePool, maxPool } from '../../../../src/main/engine/graph/ops/images/pooling'
import { upsampleBilinear, upsampleNearest } from '../../../../src/main/engine/graph/ops/images/upsample'
import { batchNorm, layerNorm } from '../../../../src/main/engine/graph/ops/normalization'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reduceSum } from '../../../../src/main/engine/graph/ops/reduce'
import { BATCH, type Tensor } from '../../../../src/main/engine/graph/tensor'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes, evaluate, floats } from '../../../support/runtimes'
import { relativeError } from './finiteDifferences'

type Shape = readonly number[]
interface Comparison {
  shapes: readonly Shape[]
  ours: (...inputs: Tensor[]) => Tensor
  theirs: (...inputs: tf.Tensor4D[]) => tf.Tensor
}

const batch = 2
const images: Shape = [BATCH, 8, 6, 3]
const kernel: Shape = [3, 3, 3, 4]
const vector: Shape = [3]

const twice = (size: number) => Array.from({ length: 2 * size }, (_, i) => i >> 1)

/** What TensorFlow.js has by itself. Its half-pixel bilinear resizing has no gradient, so that one is compared forward only. */
const comparisons: Record<string, Comparison> = {
  conv2d: {
    shapes: [images, kernel],
    ours: (x, k) => conv2d(x!, k!),
    theirs: (x, k) => tf.conv2d(x!, k!, 1, 'same'),
  },
  'conv2d, stride 2': {
    shapes: [images, kernel],
    ours: (x, k) => conv2d(x!, k!, null, { stride: 2 }),
    theirs: (x, k) => tf.conv2d(x!, k!, 2, 'same'),
  },
  'conv2d, valid': {
    shapes: [images, kernel],
    ours: (x, k) => conv2d(x!, k!, null, { padding: 'valid' }),
    theirs: (x, k) => tf.conv2d(x!, k!, 1, 'valid'),
  },
  convTranspose2d: {
    shapes: [[BATCH, 4, 3, 4], kernel],
    ours: (y, k) => convTranspose2d(y!, k!, images, { stride: 2 }),
    theirs: (y, k) => tf.conv2dTranspose(y!, k!, [batch, 8, 6, 3], 2, 'same'),
  },
  depthwiseConv2d: {
    shapes: [images, [3, 3, 3]],
    ours: (x, k) => depthwiseConv2d(x!, k!),
    theirs: (x, k) => tf.depthwiseConv2d(x!, tf.reshape(k!, [3, 3, 3, 1]), 1, 'same'),
  },
  maxPool: {
    shapes: [images],
    ours: (x) => maxPool(x!, 2),
    theirs: (x) => tf.maxPool(x!, 2, 2, 'valid'),
  },
  averagePool: {
    shapes: [images],
    ours: (x) => averagePool(x!, 2),
    theirs: (x) => tf.avgPool(x!, 2, 2, 'valid'),
  },
  globalAveragePool: {
    shapes: [images],
    ours: (x) => globalAveragePool(x!),
    theirs: (x) => tf.mean(x!, [1, 2]),
  },
  upsampleNearest: {
    shapes: [images],
    ours: (x) => upsampleNearest(x!, 2),
    // The gradient of its own resizing errs: finite differences say so.
    theirs: (x) => tf.gather(tf.gather(x!, twice(8), 1), twice(6), 2),
  },
  'pixelUnshuffle and back': {
    shapes: [images],
    ours: (x) => pixelShuffle(mul(pixelUnshuffle(x!, 2), pixelUnshuffle(x!, 2)), 2),
    theirs: (x) => tf.square(x!),
  },
  'pad, reflected': {
    shapes: [images],
    ours: (x) => pad(x!, { top: 2, bottom: 1, left: 0, right: 3 }, 'reflect'),
    theirs: (x) =>
      // mirrorPad has no gradient there; gather has.
      tf.gather(tf.gather(x!, [2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 6], 1), [0, 1, 2, 3, 4, 5, 4, 3, 2], 2),
  },
  batchNorm: {
    shapes: [images, vector, vector],
    ours: (x, scale, offset) => batchNorm(x!, scale!, offset!).output,
    theirs: (x, scale, offset) => {
      const { mean, variance } = tf.moments(x!, [0, 1, 2])
      return x!.sub(mean).div(variance.add(1e-5).sqrt()).mul(scale!).add(offset!)
    },
  },
  layerNorm: {
    shapes: [images, vector, vector],
    ours: (x, scale, offset) => layerNorm(x!, scale!, offset!),
    theirs: (x, scale, offset) => {
      const { mean, variance } = tf.moments(x!, 3, true)
      return x!.sub(mean).div(variance.add(1e-5).sqrt()).mul(scale!).add(offset!)
    },
  },
}

const random = randomNumbers(23)
const fixed = (shape: Shape) =>
  shape.map((size) => (size === BATCH ? batch : size)) as [number, number, number, number]
const numbers = (shape: Shape) =>
  Float32Array.from({ length: fixed(shape).reduce((a, b) => a * b, 1) }, () => 2 * random() - 1)

/** The output and the gradients of Σ output³ with TensorFlow.js: of Σ output² a normalisation hardly has any. */
function compute({ shapes, theirs }: Comparison, values: readonly Float32Array[]) {
  return tf.tidy(() => {
    const tensors = shapes.map((shape, i) => tf.tensor(values[i]!, fixed(shape)) as tf.Tensor4D)
    const loss = (...inputs: tf.Tensor[]) =>
      tf.sum(tf.pow(theirs(...(inputs as tf.Tensor4D[])), 3)) as tf.Scalar
    const flows = tf.grads(loss)(tensors)
    return { output: theirs(...tensors).dataSync(), gradients: flows.map((flow) => flow.dataSync()) }
  })
}

describeRuntimes('operations on images are those of TensorFlow.js, with their gradients', (runtime) => {
  beforeAll(async () => {
    tf.enableProdMode()
    await tf.setBackend('cpu')
  })

  test.each(Object.entries(comparisons))('%s', async (_, comparison) => {
    const values = comparison.shapes.map(numbers)
    const expected = compute(comparison, values)
    const inputs = comparison.shapes.map((shape, i) => placeholder(`x${i}`, shape))
    const output = comparison.ours(...inputs)
    const flows = gradients(reduceSum(mul(output, mul(output, output))), inputs)
    const outputs = { output, ...Object.fromEntries(flows.map((flow, i) => [`dx${i}`, flow])) }
    const feeds = Object.fromEntries(
      comparison.shapes.map((shape, i) => [`x${i}`, floats(fixed(shape), values[i]!)]),
    )
    const results = await evaluate(runtime(), outputs, feeds)
    expect(relativeError(results.output!.data, expected.output)).toBeLessThan(1e-5)
    expected.gradients.forEach((flow, i) =>
      expect(relativeError(results[`dx${i}`]!.data, flow)).toBeLessThan(1e-5),
    )
  })

  test('upsampleBilinear', async () => {
    const x = placeholder('x', images)
    const values = numbers(images)
    const feeds = { x: floats(fixed(images), values) }
    const { y } = await evaluate(runtime(), { y: upsampleBilinear(x, 2) }, feeds)
    const expected = tf.tidy(() =>
      tf.image
        .resizeBilinear(tf.tensor(values, fixed(images)) as tf.Tensor4D, [16, 12], false, true)
        .dataSync(),
    )
    expect(relativeError(y!.data, expected)).toBeLessThan(1e-5)
  })
})

test('what does not fit is refused by name', () => {
  const x = placeholder('x', images)
  expect(() => conv2d(x, placeholder('k', [3, 3, 2, 4]))).toThrow('conv2d: a kernel of [3, 3, 2, 4]')
  expect(() => conv2d(x, placeholder('k', kernel), placeholder('b', [3]))).toThrow('does not fit 4 channels')
  expect(() => conv2d(x, placeholder('k', [9, 3, 3, 1]), null, { padding: 'valid' })).toThrow(
    'A window of 9 does not fit into 8.',
  )
  expect(() => convTranspose2d(x, placeholder('k', kernel), images)).toThrow('convTranspose2d')
  expect(() => maxPool(x, 4)).toThrow('maxPool: 8 × 6 is not made of squares of 4.')
  expect(() => pixelUnshuffle(x, 4)).toThrow('pixelUnshuffle: 8 × 6 is not made of blocks of 4.')
  expect(() => pixelShuffle(x, 2)).toThrow('pixelShuffle: 3 channels')
  expect(() => pad(x, { top: 8, bottom: 0, left: 0, right: 0 }, 'reflect')).toThrow('cannot be mirrored')
  expect(() => upsampleBilinear(x, 3)).toThrow('the factor is even')
  expect(() => conv2d(placeholder('flat', [BATCH, 9]), placeholder('k', kernel))).toThrow('takes images')
})
