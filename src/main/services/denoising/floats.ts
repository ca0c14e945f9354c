/** The 32-bit floats of a file. Noise is told, and networks compute, in 16 bits of their range. */
export interface Floats {
  readonly values: Float32Array
  /** What is 0 in 16 bits. */
  readonly low: number
  /** What is 65535 in 16 bits: white, or more where noise goes beyond it. */
  readonly high: number
  /** What the file means by white: 1, 255 or 65535, or its largest value. */
  readonly white: number
}

const deepest = 65535

/** What is no number does not count. */
export function floatsOf(values: Float32Array): Floats {
  let [lowest, highest, sum, count] = [Infinity, -Infinity, 0, 0]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
    sum += value
    count++
  }
  if (count === 0) return { values, low: 0, high: 1, white: 1 }
  // Noise goes a little beyond white; what is often far beyond it means another white, and so does what is far below.
  const usual = [1, 255, deepest].find(
    (one) => highest <= 2 * one && sum / count <= one && highest > one / 16,
  )
  const low = Math.min(0, lowest)
  const high = Math.max(usual ?? highest, highest)
  if (high <= low) return { values, low, high: low + 1, white: 1 }
  return { values, low, high, white: usual ?? (highest > 0 ? highest : high - low) }
}

/** Row-major as the floats are; what is no number is 0. */
export function inSixteenBits({ values, low, high }: Floats): Uint16Array {
  const scale = deepest / (high - low)
  return Uint16Array.from(values, (value) =>
    Math.round(Math.min(deepest, Math.max(0, (value - low) * scale || 0))),
  )
}

/** The floats of a picture with what was done to their 16 bits: where nothing was, they are what they were. */
export function withChanges(floats: Floats, pixels: Uint16Array): Float32Array {
  const before = inSixteenBits(floats)
  const step = (floats.high - floats.low) / deepest
  return floats.values.map((value, i) => value + (pixels[i]! - before[i]!) * step)
}

/**
 * Of the sigma of a picture's noise, on a scale on which white is 255, that of the pixels that are worked on. They differ
 * where floats go beyond black or white.
 */
export function sigmaScale(floats: Floats | undefined): number {
  return floats ? floats.white / (floats.high - floats.low) : 1
}
