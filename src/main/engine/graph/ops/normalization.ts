import type { Tensor } from '../tensor'
import { add, div, mul, sub } from './arithmetic'
import { reduceMean } from './reduce'
import { reshape } from './reshape'
import { sqrt, square } from './unary'

const epsilon = 1e-5

/** Standardises over `axes`, given what was measured along them: (x − mean) / √(variance + ε) · scale + offset. */
function standardized(x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, offset: Tensor): Tensor {
  return add(mul(div(sub(x, mean), sqrt(add(variance, epsilon))), scale), offset)
}

/**
 * Batch normalisation while training (Ioffe & Szegedy 2015, algorithm 1): each channel of a batch gets mean 0 and
 * variance 1, then `scale` and `offset`.
 *
 * @param x channels last, the batch first
 * @param scale,offset [channels]
 * @returns also the batch's mean and (biased) variance, [channels], for the running averages that inference uses
 */
export function batchNorm(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
): { output: Tensor; mean: Tensor; variance: Tensor } {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis)
  const mean = reduceMean(x, axes)
  const variance = reduceMean(square(sub(x, mean)), axes)
  return { output: standardized(x, mean, variance, scale, offset), mean, variance }
}

/** Batch normalisation of a trained model, with the averages that training left: all [channels]. */
export function batchNormInference(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  scale: Tensor,
  offset: Tensor,
): Tensor {
  return standardized(x, mean, variance, scale, offset)
}

/**
 * Layer normalisation (Ba et al. 2016): the channels at each place of each image get mean 0 and variance 1.
 *
 * @param x channels last
 * @param scale,offset [channels]
 */
export function layerNorm(x: Tensor, scale: Tensor, offset: Tensor): Tensor {
  const last = x.shape.length - 1
  const kept = [...x.shape.slice(0, -1), 1]
  const mean = reshape(reduceMean(x, [last]), kept)
  const variance = reshape(reduceMean(square(sub(x, mean)), [last]), kept)
  return standardized(x, mean, variance, scale, offset)
}
