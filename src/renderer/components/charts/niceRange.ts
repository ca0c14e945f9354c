export interface AxisRange {
  readonly min: number
  readonly max: number
  readonly interval: number
}

/** An axis that ends at round figures, with all values between them. */
export function niceRange(values: readonly number[]): AxisRange {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const rough = Math.max(1e-9, high - low) / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const interval = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough)!
  const min = Math.floor(low / interval) * interval
  return { min, max: Math.max(min + interval, Math.ceil(high / interval) * interval), interval }
}
