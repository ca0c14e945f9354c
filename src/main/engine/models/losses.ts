import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { add, div, maximum, minimum, mul, sub } from '../graph/ops/arithmetic'
import { batchSize } from '../graph/ops/batchSize'
import { activationFunctions } from '../graph/ops/activations'
import { reduceMean, reduceSum } from '../graph/ops/reduce'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { abs, sqrt, square } from '../graph/ops/unary'
import type { Tensor } from '../graph/tensor'
import { activateOutput } from './autoencoder'
import { structuralSimilarity } from './structuralSimilarity'

/**
 * Mean over pixels and images, float32 []: mse (y−x)², mae |y−x|, charbonnier √((y−x)² + ε²) with ε = 1e-3 (Charbonnier
 * et al. 1994), binary cross-entropy −x·ln y − (1−x)·ln(1−y), ssim-mae 0.84·(1 − SSIM) + 0.16·|y−x| (Zhao et al. 2017,
 * with SSIM at one scale).
 *
 * With `lossOver` corrupted it is the mean over the pixels in which input and target differ; 0 if there are none.
 *
 * @param sums batch × inputs or inputs × batch, as the target is; before the output's activation
 * @param input what the network was shown
 */
export function meanLoss(spec: ModelSpec, sums: Tensor, target: Tensor, input: Tensor): Tensor {
  if (spec.loss === 'ssim-mae') return reduceMean(lossPerImage(spec, sums, target, input))
  if (spec.lossOver === 'corrupted') {
    const { loss, mask } = maskedLoss(spec.loss, spec, sums, target, input)
    return div(reduceSum(loss), maximum(reduceSum(mask), 1))
  }
  if (spec.loss !== 'mse') return reduceMean(pixelLoss(spec.loss, spec, sums, target))
  const difference = sub(activateOutput(spec, sums), target)
  return div(sumOfSquares(difference), mul(batchSize(difference), inputSize(spec.input)))
}

/** The same for each image: float32 [batch]. Not for images as columns. */
export function lossPerImage(spec: ModelSpec, sums: Tensor, target: Tensor, input: Tensor): Tensor {
  if (spec.loss !== 'ssim-mae') {
    if (spec.lossOver === 'all') return reduceMean(pixelLoss(spec.loss, spec, sums, target), [1])
    const { loss, mask } = maskedLoss(spec.loss, spec, sums, target, input)
    return div(reduceSum(loss, [1]), maximum(reduceSum(mask, [1]), 1))
  }
  const output = activateOutput(spec, sums)
  const dissimilarity = sub(1, structuralSimilarity(output, target, spec.input))
  return add(mul(dissimilarity, 0.84), mul(reduceMean(abs(sub(output, target)), [1]), 0.16))
}

/** Differences of floating-point numbers from this on are corruption. */
const leastDifference = 1e-6

/** The loss of each pixel that was corrupted, 0 of each other, and 1 or 0. */
function maskedLoss(
  loss: Exclude<ModelSpec['loss'], 'ssim-mae'>,
  spec: ModelSpec,
  sums: Tensor,
  target: Tensor,
  input: Tensor,
): { loss: Tensor; mask: Tensor } {
  const mask = minimum(mul(abs(sub(input, target)), 1 / leastDifference), 1)
  return { loss: mul(pixelLoss(loss, spec, sums, target), mask), mask }
}

function pixelLoss(
  loss: Exclude<ModelSpec['loss'], 'ssim-mae'>,
  spec: ModelSpec,
  sums: Tensor,
  target: Tensor,
): Tensor {
  switch (loss) {
    case 'mse':
      return square(sub(activateOutput(spec, sums), target))
    case 'mae':
      return abs(sub(activateOutput(spec, sums), target))
    case 'charbonnier':
      return sqrt(add(square(sub(activateOutput(spec, sums), target)), 1e-6))
    case 'binary-crossentropy':
      // With y = sigmoid(s): −x·ln y − (1−x)·ln(1−y) = softplus(−s) + (1−x)·s, finite for every s.
      return add(activationFunctions.softplus(mul(sums, -1)), mul(sub(1, target), sums))
  }
}
