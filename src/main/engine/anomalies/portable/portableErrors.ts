import type { InputShape } from '../../../../shared/modelSpec'
import { c1, c2, gaussianWindow, windowSize } from '../../imaging/ssim'
import { gaussianTaps, patchSides } from '../errorMaps'
import { errorSigma } from '../measures'
import { type OnnxMath, sideMap } from './onnxMath'
import { tapsMap } from './portableFeatures'

/** Squared difference of image and reconstruction, mean over channels: batch × height × width. */
export function squaredErrors(math: OnnxMath, image: string, output: string): string {
  return math.mean(math.square(math.sub(image, output)), [3])
}

/** The worst patch of each size, each beside what is usual: [batch]. */
export function worstPatchScore(
  math: OnnxMath,
  errors: string,
  typical: readonly number[],
  shape: InputShape,
): string {
  const { width, height } = shape
  const planes = math.reshape(errors, [1, height, width])
  return patchSides(shape)
    .map((side, k) => {
      const kernel = [Math.min(side, height), Math.min(side, width)]
      const means = math.node('AveragePool', [planes], { kernel_shape: kernel, strides: [1, 1] })
      return math.div(math.largest(means, [1, 2, 3]), Math.max(typical[k]!, 1e-9))
    })
    .reduce((a, b) => math.max(a, b))
}

export function blurredErrors(math: OnnxMath, errors: string, shape: InputShape): string {
  const taps = gaussianTaps(errorSigma(shape))
  return math.sides(errors, tapsMap(taps, shape.height), tapsMap(taps, shape.width))
}

/** 1 − SSIM at each place, as `dissimilarityMap` has it: batch × height × width. */
export function dissimilarities(math: OnnxMath, image: string, output: string, shape: InputShape): string {
  const { width, height } = shape
  const fitting = Math.min(windowSize, height, width)
  const weights = gaussianWindow(fitting % 2 === 1 ? fitting : fitting - 1)
  const side = (length: number) => sideMap(length - weights.length + 1, length, (i, j) => weights[j - i] ?? 0)
  const [rows, columns] = [side(height), side(width)]
  const windowed = (planes: string) => math.sides(planes, rows, columns)
  // Variances do not change with what is subtracted from all values, and lose less of their digits near 0.
  const [a, b] = [image, output].map((one) => math.sub(math.transpose(one, [0, 3, 1, 2]), 0.5)) as [
    string,
    string,
  ]
  const [x, y] = [windowed(a), windowed(b)]
  const squares = windowed(math.add(math.square(a), math.square(b)))
  const covariance = math.sub(windowed(math.mul(a, b)), math.mul(x, y))
  const variances = math.sub(squares, math.add(math.square(x), math.square(y)))
  const [p, q] = [math.add(x, 0.5), math.add(y, 0.5)]
  const above = math.mul(math.add(math.mul(math.mul(p, q), 2), c1), math.add(math.mul(covariance, 2), c2))
  const below = math.mul(math.add(math.add(math.square(p), math.square(q)), c1), math.add(variances, c2))
  const map = math.mean(math.sub(1, math.div(above, below)), [1])
  const nearest = (length: number, valid: number) =>
    Array.from({ length }, (_, i) => Math.min(valid - 1, Math.max(0, i - ((length - valid) >> 1))))
  return math.gather(math.gather(map, nearest(height, rows.outs), 1), nearest(width, columns.outs), 2)
}
