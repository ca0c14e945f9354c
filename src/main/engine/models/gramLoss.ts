import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { add, div, mul, sub } from '../graph/ops/arithmetic'
import { batchSize } from '../graph/ops/batchSize'
import { customGradient } from '../graph/ops/customGradient'
import { gram } from '../graph/ops/gram'
import { linear } from '../graph/ops/linear'
import { linearColumns } from '../graph/ops/linearColumns'
import { matmul } from '../graph/ops/matmul'
import { reduceSum } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { transpose } from '../graph/ops/transpose'
import type { Tensor } from '../graph/tensor'
import { biasOf, encoderKernel, type ForwardOptions, hiddenReconstruction } from './autoencoder'

/** Whether `gramLoss` is this model's loss: the outermost kernel is tied, and the output is linear with squared error. */
export function hasGramLoss(spec: ModelSpec): boolean {
  const { encoder, tying, output, loss, lossOver, removeMean, network, decoder } = spec
  const isTied = !network && encoder[0]!.type === 'dense' && decoder === 'mirror' && tying === 'tied'
  const isLinear = output.activation === 'linear' && !output.residual && !removeMean
  return isTied && isLinear && loss === 'mse' && lossOver === 'all'
}

/** A model's outermost kernel times itself, [units, units]: `gramLoss` reads it, for every part of a batch the same. */
export function outermostGram(parameters: ReadonlyMap<string, Tensor>): Tensor {
  return gram(parameters.get(encoderKernel(0))!)
}

/**
 * The mean squared error of a tied linear output, float32 [], without that output. With W the outermost kernel
 * (inputs × units), a = x·W + b₁ what its first reader gives, h what its last one reads (both batch × units),
 * c = b·W + b₁, y = h·Wᵀ + b, and R = (y − x)·W = h·WᵀW + c − a:
 *
 *     Σ(y − x)² = ⟨WᵀW, hᵀh⟩ + 2·c·Σₙhₙ − 2·⟨h, a⟩ + Σx² + b·(n·b − 2·Σₙxₙ)
 *     ∂/∂h = 2R,   ∂/∂a = −2h,   ∂/∂(WᵀW) = hᵀh,   ∂/∂c = 2·Σₙhₙ,   ∂/∂b = 2·(n·b − Σₙxₙ)
 *
 * Of the five products over batch, inputs and units that a step takes otherwise two are left, x·W and that of its
 * gradient, and four in which `units` stands for one of the other two sizes. A difference of large sums has fewer digits:
 * at a mean squared error of 1e-4 the loss is right to one part in a thousand.
 *
 * @param x images, clean, in 0..1: batch × inputs, also where the rest is as columns
 * @param gram of the outermost kernel
 */
export function gramLoss(spec: ModelSpec, x: Tensor, options: ForwardOptions, gram: Tensor): Tensor {
  const { parameters, columns = false } = options
  const inputs = inputSize(spec.input)
  const units = gram.shape[0]!
  const kernel = parameters.get(encoderKernel(0))!
  const encoderBias = parameters.get(biasOf('encoder', 0))!
  const offset = parameters.get(biasOf('decoder', spec.encoder.length - 1))!
  const dense = columns ? linearColumns : linear
  const [imageAxis, ownAxis] = columns ? [1, 0] : [0, 1]

  const sums = dense(columns ? transpose(x) : x, kernel, encoderBias)
  const hidden = hiddenReconstruction(spec, sums, options)
  const moments = columns ? matmul(hidden, hidden, false, true) : matmul(hidden, hidden, true)
  const total = reduceSum(hidden, [imageAxis])
  const shift = add(reshape(matmul(reshape(offset, [1, inputs]), kernel), [units]), encoderBias)
  const residual = sub(dense(hidden, gram, shift), sums)

  const images = batchSize(x)
  const ofPixels = reduceSum(x, [0])
  const excess = sub(mul(offset, images), ofPixels)
  const terms = [
    // In two steps, since a sum of few large numbers keeps more digits than one of very many.
    mul(reduceSum(reduceSum(mul(hidden, sums), [ownAxis])), -2),
    reduceSum(mul(gram, moments)),
    mul(reduceSum(mul(shift, total)), 2),
    sumOfSquares(x),
    reduceSum(mul(offset, sub(excess, ofPixels))),
  ]
  const squared = customGradient(
    terms.reduce((sum, term) => add(sum, term)),
    [hidden, (dy) => mul(residual, mul(dy, 2))],
    [sums, (dy) => mul(hidden, mul(dy, -2))],
    [gram, (dy) => mul(moments, dy)],
    [shift, (dy) => mul(total, mul(dy, 2))],
    [offset, (dy) => mul(excess, mul(dy, 2))],
  )
  return div(squared, mul(images, inputs))
}
