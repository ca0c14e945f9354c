import type { InputShape } from '../../../shared/modelSpec'
import { add, div, mul, sub } from '../graph/ops/arithmetic'
import { concat } from '../graph/ops/concat'
import { constant } from '../graph/ops/constant'
import { depthwiseConv2d } from '../graph/ops/convolution/depthwiseConv2d'
import { reduceMean } from '../graph/ops/reduce'
import { reshape } from '../graph/ops/reshape'
import { slice } from '../graph/ops/slice'
import { square } from '../graph/ops/unary'
import { BATCH, type Tensor } from '../graph/tensor'

/** Side of the Gaussian window, and its sigma, in pixels. */
export const ssimWindow = 11
const sigma = 1.5
const [c1, c2] = [0.01 ** 2, 0.03 ** 2]

/**
 * SSIM of each pair of images with values in 0..1, float32 [batch]: Wang et al. 2004, eq. 13, over all places where the
 * window lies inside the image, and over channels. As `imaging/ssim.ts` measures it, so that it can be trained for.
 *
 * @param x,y batch × inputs, images of at least 11 × 11
 */
export function structuralSimilarity(x: Tensor, y: Tensor, { height, width, channels }: InputShape): Tensor {
  const image = (flat: Tensor) => reshape(flat, [BATCH, height, width, channels])
  const [a, b] = [image(x), image(y)]
  const windowed = smoothed(concat([a, b, square(a), square(b), mul(a, b)], 3))
  const part = (i: number) => slice(windowed, 3, i * channels, channels)
  const [meanA, meanB] = [part(0), part(1)]
  const product = mul(meanA, meanB)
  const squares = add(square(meanA), square(meanB))
  const covariance = sub(part(4), product)
  const variances = sub(add(part(2), part(3)), squares)
  const luminance = div(add(mul(product, 2), c1), add(squares, c1))
  const structure = div(add(mul(covariance, 2), c2), add(variances, c2))
  return reduceMean(mul(luminance, structure), [1, 2, 3])
}

function smoothed(x: Tensor): Tensor {
  const channels = x.shape[3]!
  const half = (ssimWindow - 1) / 2
  const weights = Array.from({ length: ssimWindow }, (_, i) =>
    Math.exp(-((i - half) ** 2) / (2 * sigma ** 2)),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const taps = weights.flatMap((weight) => new Array<number>(channels).fill(weight / sum))
  const rows = depthwiseConv2d(x, constant([ssimWindow, 1, channels], taps), { padding: 'valid' })
  return depthwiseConv2d(rows, constant([1, ssimWindow, channels], taps), { padding: 'valid' })
}
