import { apply, type Operation } from '../../operation'
import type { Tensor, TensorType } from '../../tensor'
import { atLeast, div, mul } from '../arithmetic'
import { toChannelsFirst, toChannelsLast } from '../convolution/onnxConvolution'
import { checkImages } from '../convolution/window'
import { reduceMean } from '../reduce'
import { upsampleNearest } from './upsample'

interface PoolAttributes {
  /** Side of the squares, which do not overlap. */
  size: number
}

function poolOperation(
  name: string,
  tensorflow: string,
  onnx: string,
  gradient: (x: Tensor, y: Tensor, dy: Tensor, size: number) => Tensor,
): Operation<PoolAttributes> {
  return {
    name,
    infer: ([x], { size }) => [pooledType(name, x!, size)],
    gradient: ({ inputs, outputs, attributes: { size }, gradient: dy }) => [
      gradient(inputs[0]!, outputs[0]!, dy, size),
    ],
    tensorflow: (emit, inputs, { attributes: { size } }) =>
      emit.node(tensorflow, inputs, {
        T: { type: 'float32' },
        ksize: { ints: [1, size, size, 1] },
        strides: { ints: [1, size, size, 1] },
        padding: { s: 'VALID' },
        data_format: { s: 'NHWC' },
      }),
    onnx: (emit, [x], { attributes: { size } }) =>
      toChannelsLast(
        emit,
        emit.node(onnx, [toChannelsFirst(emit, x!)], { kernel_shape: [size, size], strides: [size, size] }),
      ),
  }
}

function pooledType(name: string, x: TensorType, size: number): TensorType {
  checkImages(name, x.shape)
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  if (height % size || width % size)
    throw new Error(`${name}: ${height} × ${width} is not made of squares of ${size}.`)
  return { shape: [batch, height / size, width / size, channels], dtype: 'float32' }
}

const averageOperation = poolOperation('averagePool', 'AvgPool', 'AveragePool', (_, __, dy, size) =>
  mul(upsampleNearest(dy, size), 1 / (size * size)),
)

// Several values of a square can be the largest, as zeros after a ReLU are: they share what flows back, on every runtime.
const maxOperation = poolOperation('maxPool', 'MaxPool', 'MaxPool', (x, y, dy, size) => {
  const largest = atLeast(x, upsampleNearest(y, size))
  const share = div(dy, mul(averagePool(largest, size), size * size))
  return mul(largest, upsampleNearest(share, size))
})

/** The mean of each size × size square, for each channel: [n, h, w, c] → [n, h/size, w/size, c]. */
export function averagePool(x: Tensor, size: number): Tensor {
  return apply(averageOperation, [x], { size })
}

/** The largest value of each size × size square, for each channel: [n, h, w, c] → [n, h/size, w/size, c]. */
export function maxPool(x: Tensor, size: number): Tensor {
  return apply(maxOperation, [x], { size })
}

/** The mean of each channel over the whole image: [n, h, w, c] → [n, c]. */
export function globalAveragePool(x: Tensor): Tensor {
  checkImages('globalAveragePool', x.shape)
  return reduceMean(x, [1, 2])
}
