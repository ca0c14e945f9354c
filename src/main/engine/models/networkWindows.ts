import { type NodeOf, scaledSide } from '../../../shared/network'
import { add, maximum, mul } from '../graph/ops/arithmetic'
import { concat } from '../graph/ops/concat'
import { constant } from '../graph/ops/constant'
import { conv2d } from '../graph/ops/convolution/conv2d'
import { depthwiseConv2d } from '../graph/ops/convolution/depthwiseConv2d'
import { pad, type Margins, type PadMode } from '../graph/ops/images/pad'
import { reshape } from '../graph/ops/reshape'
import { slice } from '../graph/ops/slice'
import { transpose } from '../graph/ops/transpose'
import type { Tensor } from '../graph/tensor'
import { type Resize, resizeMatrix } from './resizeMatrix'

type Sides = readonly [number, number, number, number]

/** @param sides at the top, left, bottom and right */
export function around(x: Tensor, [top, left, bottom, right]: Sides, mode: PadMode = 'zero'): Tensor {
  const margins: Margins = { top, left, bottom, right }
  return top || left || bottom || right ? pad(x, margins, mode) : x
}

/** Along an axis, of so many the first one; the last stretch may be shorter. */
function everyAlong(x: Tensor, axis: 1 | 2, step: number): Tensor {
  if (step === 1) return x
  const length = x.shape[axis]!
  const count = Math.ceil(length / step)
  const missing = count * step - length
  const whole = around(x, axis === 1 ? [0, 0, missing, 0] : [0, 0, 0, missing])
  const [batch, height, width, channels] = whole.shape as [number, number, number, number]
  if (axis === 1) {
    const first = slice(reshape(whole, [batch, count, step, width * channels]), 2, 0, 1)
    return reshape(first, [batch, count, width, channels])
  }
  const first = slice(reshape(whole, [batch, height, count, step * channels]), 3, 0, channels)
  return reshape(first, [batch, height, count, channels])
}

export const subsampled = (x: Tensor, rows: number, columns: number): Tensor =>
  everyAlong(everyAlong(x, 1, rows), 2, columns)

/** Along one axis all windows of `taps`, `step` apart, put together element by element. */
function alongAxis(
  x: Tensor,
  axis: 1 | 2,
  taps: number,
  step: number,
  join: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  const count = Math.floor((x.shape[axis]! - taps) / step) + 1
  const span = (count - 1) * step + 1
  const parts = Array.from({ length: taps }, (_, from) => slice(x, axis, from, span))
  return everyAlong(parts.reduce(join), axis, step)
}

/**
 * Over the edge lies nothing: for the largest, a pixel of the edge once more is no larger than it, since every window has
 * one of the image.
 */
export function pooledOver(
  x: Tensor,
  { pooling, kernel, strides, pads, countsPads }: NodeOf<'pool-over'>,
): Tensor {
  const padded = around(x, pads, pooling === 'max' ? 'edge' : 'zero')
  const join = pooling === 'max' ? maximum : add
  const rows = alongAxis(padded, 1, kernel[0], strides[0], join)
  const all = alongAxis(rows, 2, kernel[1], strides[1], join)
  if (pooling === 'max') return all
  if (countsPads) return mul(all, 1 / (kernel[0] * kernel[1]))
  const [, height, width] = all.shape as [number, number, number]
  const counts = (axis: 0 | 1, outputs: number) =>
    Array.from({ length: outputs }, (_, i) => {
      const from = i * strides[axis] - pads[axis]
      return Math.min(x.shape[axis + 1]!, from + kernel[axis]) - Math.max(0, from)
    })
  const [down, across] = [counts(0, height), counts(1, width)]
  const shares = down.flatMap((a) => across.map((b) => 1 / (a * b)))
  return mul(all, constant([height, width, 1], shares))
}

/** The largest along an axis, which stays as one. */
export function largestAlong(x: Tensor, axis: number): Tensor {
  const length = x.shape[axis]!
  if (length === 1) return x
  const half = Math.ceil(length / 2)
  return largestAlong(maximum(slice(x, axis, 0, half), slice(x, axis, length - half, half)), axis)
}

/** A convolution of each channel by itself, into one or several. @param x padded already */
export function channelByChannel(
  x: Tensor,
  kernel: Tensor,
  { multiplier, stride, dilation }: NodeOf<'depthwise'>,
): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const single = reshape(x, [batch, height, width * channels, 1])
  const repeated =
    multiplier === 1
      ? x
      : reshape(concat(new Array<Tensor>(multiplier).fill(single), 3), [
          batch,
          height,
          width,
          channels * multiplier,
        ])
  const sums = depthwiseConv2d(repeated, dilated(kernel, dilation), { padding: 'valid' })
  return subsampled(sums, stride, stride)
}

/** Zeros between the taps. @param kernel height × width × channels */
function dilated(kernel: Tensor, by: number): Tensor {
  if (by === 1) return kernel
  const [height, width, channels] = kernel.shape as [number, number, number]
  const spread = (x: Tensor, taps: number, size: number) => {
    const each = reshape(x, [taps, 1, size])
    const zeros = mul(each, 0)
    const whole = reshape(concat([each, ...new Array<Tensor>(by - 1).fill(zeros)], 1), [taps * by, size])
    return slice(whole, 0, 0, (taps - 1) * by + 1)
  }
  const [rows, columns] = [(height - 1) * by + 1, (width - 1) * by + 1]
  const tall = reshape(spread(kernel, height, width * channels), [rows, width, channels])
  const turned = reshape(transpose(tall, [1, 0, 2]), [width, rows * channels])
  const wide = reshape(spread(turned, width, rows * channels), [columns, rows, channels])
  return transpose(wide, [1, 0, 2])
}

/** Each side as a product with a matrix of where its pixels come from. */
export function resized(x: Tensor, { scales, ...how }: NodeOf<'resize'>): Tensor {
  const columns = sideResized(transpose(x, [0, 1, 3, 2]), scales[1], how)
  const rows = sideResized(transpose(columns, [0, 3, 2, 1]), scales[0], how)
  return transpose(rows, [0, 3, 1, 2])
}

/** Along the last axis. */
function sideResized(x: Tensor, scale: number, how: Omit<Resize, 'scale'>): Tensor {
  const length = x.shape[3]!
  const made = scaledSide(length, scale)
  const matrix = constant([1, 1, length, made], resizeMatrix(length, made, { ...how, scale }))
  return conv2d(x, matrix, null, { stride: 1, dilation: 1, padding: 'valid' })
}
