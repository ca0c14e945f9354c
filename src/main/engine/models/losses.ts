import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { add, div, mul, sub } from '../graph/ops/arithmetic'
import { batchSize } from '../graph/ops/batchSize'
import { softplus } from '../graph/ops/activations/softplus'
import { reduceMean } from '../graph/ops/reduce'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { abs, square } from '../graph/ops/unary'
import type { Tensor } from '../graph/tensor'
import { activateOutput } from './autoencoder'

/**
 * Mean over pixels and images, float32 []:
 * mse (y−x)², mae |y−x|, binary cross-entropy −x·ln y − (1−x)·ln(1−y).
 *
 * @param sums batch × inputs or inputs × batch, as the target is; before the output's activation
 */
export function meanLoss(spec: ModelSpec, sums: Tensor, target: Tensor): Tensor {
  if (spec.loss !== 'mse') return reduceMean(pixelLoss(spec, sums, target))
  const difference = sub(activateOutput(spec, sums), target)
  return div(sumOfSquares(difference), mul(batchSize(difference), inputSize(spec.input)))
}

/** The same for each image: float32 [batch]. */
export function lossPerImage(spec: ModelSpec, sums: Tensor, target: Tensor): Tensor {
  return reduceMean(pixelLoss(spec, sums, target), [1])
}

function pixelLoss(spec: ModelSpec, sums: Tensor, target: Tensor): Tensor {
  switch (spec.loss) {
    case 'mse':
      return square(sub(activateOutput(spec, sums), target))
    case 'mae':
      return abs(sub(activateOutput(spec, sums), target))
    case 'binary-crossentropy':
      // With y = sigmoid(s): −x·ln y − (1−x)·ln(1−y) = softplus(−s) + (1−x)·s, finite for every s.
      return add(softplus(mul(sums, -1)), mul(sub(1, target), sums))
  }
}
