import { lazily } from '../lazily'
import type { Precision } from '../../../shared/exporting'
import { fromHalf, toHalf } from '../files/half'
import type { ConstantValue } from '../graph/constantValue'
import type { Weight } from '../models/weights'

/** A weight as a file stores it, and what readers of the file compute with. */
export interface StoredWeight extends Weight {
  readonly stored: ConstantValue
}

/**
 * Rounds a weight. Kernels become bytes with a scale for each unit or filter, the largest magnitude of its column divided
 * by 127 (Jacob et al. 2018, symmetric, by channel); biases stay float32 beside bytes.
 */
export function storedWeight(weight: Weight, precision: Precision): StoredWeight {
  const { shape, data } = weight
  if (precision === 'float16') {
    const half = toHalf(data)
    return { shape, data: fromHalf(half), stored: { dtype: 'float16', data: half } }
  }
  if (precision === 'float32' || shape.length < 2) return { shape, data, stored: data }
  return quantized(shape, data)
}

function quantized(shape: readonly number[], data: Float32Array): StoredWeight {
  const columns = shape.at(-1)!
  const scales = new Float32Array(columns)
  const eachRow = (visit: (at: number, column: number) => void) => {
    for (let row = 0; row < data.length; row += columns)
      for (let column = 0; column < columns; column++) visit(row + column, column)
  }
  eachRow((at, column) => {
    const size = Math.abs(data[at]!)
    if (size > scales[column]!) scales[column] = size
  })
  for (let column = 0; column < columns; column++)
    scales[column] = scales[column]! > 0 ? scales[column]! / 127 : 1
  const bytes = new Int8Array(data.length)
  const rounded = new Float32Array(data.length)
  eachRow((at, column) => {
    bytes[at] = Math.round(data[at]! / scales[column]!)
    rounded[at] = bytes[at]! * scales[column]!
  })
  return { shape, data: rounded, stored: { dtype: 'int8', data: bytes, scales } }
}

/** Each when it is first asked for. */
export function storedWeights(
  weights: Readonly<Record<string, Weight>>,
  precision: Precision,
): Record<string, StoredWeight> {
  return lazily(
    Object.fromEntries(
      Object.keys(weights).map((name) => [name, () => storedWeight(weights[name]!, precision)]),
    ),
  )
}
