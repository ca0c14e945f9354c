import { codeSize, inputSize, type ModelSpec, layerShapes } from '../../../shared/modelSpec'
import { add, mul, sub } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import { reduceMean, reduceSum } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { transpose } from '../graph/ops/transpose'
import { log, square } from '../graph/ops/unary'
import { BATCH, type Tensor, type TensorData } from '../graph/tensor'
import { decodeToSums, encode, type ForwardOptions } from '../models/autoencoder'
import type { Random } from './random'

/** The feed of the noise that stands for rounding: uniform in −½..½, batch × codeSize. */
const noiseName = (prefix: string) => `${prefix}.code`

/**
 * The step that codes are taken to be rounded by. Where a step of one along the code changes an image by about one, the error
 * that rounding adds, Δ²/12, and the bits that it saves are in balance at λ = 2·ln 2·Δ²/12 (both summed over the image).
 *
 * @param weight λ: what a bit is worth in squared error
 */
export const roundingStep = (weight: number): number => Math.sqrt((6 * weight) / Math.LN2)

/**
 * Images through the code as rounding would leave it, and what the code costs (Ballé, Laparra & Simoncelli 2017, "End-to-end
 * optimized image compression", section 3: additive uniform noise instead of rounding, and a rate term). The density of each
 * number is the Gaussian with the variance that it has in the batch, σ², which has no parameters:
 *
 *     z̃ = z + Δ·u,  u uniform in −½..½;      bits = Σ ½·log₂(1 + 12·σ²/Δ²)
 *
 * That is the most that such numbers tell through the noise. Numbers of a code that lie at places of an image share the variance of
 * their channel.
 *
 * @param x what the encoder gets, batch × inputs, or inputs × batch as columns
 * @returns what the decoder gives before its activation, and the bits of a pixel, []
 */
export function throughRoundedCode(
  spec: ModelSpec,
  x: Tensor,
  prefix: string,
  weight: number,
  options: ForwardOptions,
): { sums: Tensor; bitsPerPixel: Tensor } {
  const code = encode(spec, x, options)
  const step = roundingStep(weight)
  const drawn = placeholder(noiseName(prefix), [BATCH, codeSize(spec)])
  const noise = options.columns ? transpose(drawn) : drawn
  const sums = decodeToSums(spec, add(code, mul(noise, step)), options)
  return { sums, bitsPerPixel: bitsOfCode(spec, code, step, options) }
}

function bitsOfCode(spec: ModelSpec, code: Tensor, step: number, { columns }: ForwardOptions): Tensor {
  const { height, width, channels } = layerShapes(spec).at(-1)!
  const places = height * width
  const numbers = columns ? code : reshape(code, [BATCH, places, channels])
  const over = columns ? [1] : [0, 1]
  const mean = reduceMean(numbers, over)
  const variance = sub(reduceMean(square(numbers), over), square(mean))
  const bits = mul(log(add(mul(variance, 12 / step ** 2), 1)), (0.5 * places) / Math.LN2)
  return mul(reduceSum(bits), 1 / inputSize(spec.input))
}

/** What a function with `throughRoundedCode(prefix)` is fed. @param noise count × codeSize, filled with draws */
export function codeNoiseFeed(
  prefix: string,
  noise: Float32Array,
  count: number,
): Record<string, TensorData> {
  return { [noiseName(prefix)]: { shape: [count, noise.length / count], data: noise } }
}

export function drawCodeNoise(random: Random, noise: Float32Array): void {
  for (let i = 0; i < noise.length; i++) noise[i] = random.uniform() - 0.5
}
