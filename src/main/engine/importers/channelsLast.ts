import type { LayerShape } from '../../../shared/modelSpec'
import type { Weight } from '../models/weights'
import type { Step } from './chain'

/**
 * A dense layer of a network that flattens images plane by plane (PyTorch), as one that does so pixel by pixel: rows of the
 * kernel where it reads an image, columns where it gives one.
 *
 * @param at of the layer, counted through encoder and decoder
 * @param shapes of what the encoder's layers read, and of the code
 */
export function channelsLast<L extends Step>(
  layer: L,
  at: number,
  half: number,
  shapes: readonly LayerShape[],
): L {
  if (layer.kind !== 'dense') return layer
  if (at < half) {
    const shape = shapes[at]!
    return isImage(shape) ? { ...layer, kernel: withRows(layer.kernel, planesOf(shape)) } : layer
  }
  const shape = shapes[2 * half - 1 - at]!
  if (!isImage(shape)) return layer
  const order = planesOf(shape)
  const { bias } = layer
  return {
    ...layer,
    kernel: withColumns(layer.kernel, order),
    bias:
      bias?.data.length === order.length
        ? { shape: bias.shape, data: Float32Array.from(order, (from) => bias.data[from]!) }
        : bias,
  }
}

const isImage = ({ height, width, channels }: LayerShape) => height * width > 1 && channels > 1

/** For each value pixel by pixel, where it is plane by plane. */
function planesOf({ height, width, channels }: LayerShape): Int32Array {
  const pixels = height * width
  return Int32Array.from(
    { length: pixels * channels },
    (_, i) => (i % channels) * pixels + Math.floor(i / channels),
  )
}

function withRows({ shape, data }: Weight, order: Int32Array): Weight {
  // What does not fit is refused by name later.
  if (shape[0] !== order.length) return { shape, data }
  const columns = shape[1]!
  const moved = new Float32Array(data.length)
  order.forEach((from, to) => moved.set(data.subarray(from * columns, (from + 1) * columns), to * columns))
  return { shape, data: moved }
}

function withColumns({ shape, data }: Weight, order: Int32Array): Weight {
  const columns = shape[1]!
  if (columns !== order.length) return { shape, data }
  const moved = Float32Array.from(data, (_, i) => {
    const row = Math.floor(i / columns)
    return data[row * columns + order[i % columns]!]!
  })
  return { shape, data: moved }
}
