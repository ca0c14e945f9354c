import { apply, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'
import { mul } from '../arithmetic'
import { toChannelsFirst, toChannelsLast } from '../convolution/onnxConvolution'
import { checkImages } from '../convolution/window'
import { depthwiseConv2d } from '../convolution/depthwiseConv2d'
import { constant } from '../constant'
import { averagePool } from './pooling'
import { pad } from './pad'

const nearestOperation: Operation<{ factor: number }> = {
  name: 'upsampleNearest',
  infer: ([x], { factor }) => {
    checkImages('upsampleNearest', x!.shape)
    const [batch, height, width, channels] = x!.shape as [number, number, number, number]
    return [{ shape: [batch, height * factor, width * factor, channels], dtype: 'float32' }]
  },
  gradient: ({ attributes: { factor }, gradient }) => [mul(averagePool(gradient, factor), factor * factor)],
  tensorflow: (emit, [x], { outputs }) =>
    emit.node('ResizeNearestNeighbor', [x!, emit.constant('int32', [2], outputs[0]!.shape.slice(1, 3))], {
      T: { type: 'float32' },
      align_corners: { b: false },
      half_pixel_centers: { b: false },
    }),
  onnx: (emit, [x], { attributes: { factor } }) =>
    toChannelsLast(
      emit,
      emit.node(
        'Resize',
        [toChannelsFirst(emit, x!), '', emit.constant('float32', [4], [1, 1, factor, factor])],
        {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        },
      ),
    ),
}

/** Each pixel as a factor × factor square: [n, h, w, c] → [n, h·factor, w·factor, c]. */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  return apply(nearestOperation, [x], { factor })
}

/**
 * Linear interpolation between the pixels' centres, the outermost repeated: [n, h, w, c] → [n, h·factor, w·factor, c].
 * Squares smoothed by a box as wide as they are give just that.
 *
 * @param factor even
 */
export function upsampleBilinear(x: Tensor, factor: number): Tensor {
  if (factor % 2) throw new Error(`upsampleBilinear: the factor is even, not ${factor}.`)
  const squares = upsampleNearest(x, factor)
  const half = factor / 2
  const around = pad(squares, { top: half, bottom: half, left: half, right: half }, 'edge')
  const box = Array.from({ length: factor + 1 }, (_, i) => (i % factor ? 1 : 0.5) / factor)
  const channels = x.shape[3]!
  const kernel = box.flatMap((row) => box.flatMap((column) => new Array<number>(channels).fill(row * column)))
  const window = { padding: 'valid' } as const
  return depthwiseConv2d(around, constant([factor + 1, factor + 1, channels], kernel), window)
}
