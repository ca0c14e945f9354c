import type { Shaped, OnnxWriter } from './onnxWriter'

/**
 * Rows or columns of an image that are repeated: TensorFlow adds a side behind them, repeats along it, and joins the two
 * (tf.repeat, with which Keras 3 enlarges images). Repeats of rows and of columns one after the other are one enlargement.
 *
 * @param x what is put into another shape
 * @returns null where that is not what happens
 */
export function repeated(x: Shaped, shape: readonly number[], to: OnnxWriter): Shaped | null {
  const tiled = to.madeBy(x)
  const widened = tiled?.op === 'Tile' && tiled.inputs[0] ? to.madeBy(tiled.inputs[0]) : undefined
  const from = widened?.op === 'Unsqueeze' || widened?.op === 'Reshape' ? widened.inputs[0] : undefined
  if (from?.shape.length !== 4 || shape.length !== 4) return null
  const axis = shape.findIndex((side, i) => side !== from.shape[i])
  const times = shape[axis]! / from.shape[axis]!
  const isSide = axis === 1 || axis === 2
  const wide = [...from.shape.slice(0, axis + 1), 1, ...from.shape.slice(axis + 1)]
  const long = wide.map((side, i) => (i === axis + 1 ? times : side))
  const isRepeat =
    isSide &&
    shape.every((side, i) => i === axis || side === from.shape[i]) &&
    tiled!.inputs[0]!.shape.join() === wide.join() &&
    x.shape.join() === long.join()
  if (!isRepeat) return null
  const before = to.madeBy(from)
  return enlarged(before?.op === enlarging ? before.inputs[0]! : from, shape, to)
}

const enlarging = 'enlarged'

function enlarged(x: Shaped, shape: readonly number[], to: OnnxWriter): Shaped {
  const [n, height, width, channels] = x.shape as [number, number, number, number]
  const [, rows, columns] = shape as [number, number, number, number]
  const planes = to.node('Transpose', [x], [n, channels, height, width], { perm: [0, 3, 1, 2] })
  const sides = [n, channels, rows, columns]
  const attributes = {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  }
  const made = to.node('Resize', [planes, '', '', to.integers(sides)], sides, attributes)
  const pixels = to.node('Transpose', [made], shape, { perm: [0, 2, 3, 1] })
  to.remember(pixels, enlarging, [x])
  return pixels
}
