import { Float16Array } from '@petamoriken/float16'
import type { Precision } from '../../../shared/exporting'
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
    const half = Float16Array.from(data)
    const stored = { dtype: 'float16', data: new Uint16Array(half.buffer) } as const
    return { shape, data: Float32Array.from(half), stored }
  }
  if (precision === 'float32' || shape.length < 2) return { shape, data, stored: data }
  const { bytes, scales } = quantized(data, shape.at(-1)!)
  const columns = scales.length
  return {
    shape,
    data: Float32Array.from(bytes, (byte, i) => byte * scales[i % columns]!),
    stored: { dtype: 'int8', data: bytes, scales },
  }
}

function quantized(data: Float32Array, columns: number): { bytes: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(columns)
  data.forEach((value, i) => (scales[i % columns] = Math.max(scales[i % columns]!, Math.abs(value))))
  scales.forEach((most, i) => (scales[i] = most > 0 ? most / 127 : 1))
  const bytes = Int8Array.from(data, (value, i) => Math.round(value / scales[i % columns]!))
  return { bytes, scales }
}

export function storedWeights(
  weights: Readonly<Record<string, Weight>>,
  precision: Precision,
): Record<string, StoredWeight> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, storedWeight(weight, precision)]),
  )
}
