/** Bounds of an axis that end at round figures, with all values between them. */
export function niceRange(values: readonly number[]): readonly [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const rough = Math.max(1e-9, high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough)!
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step]
}
