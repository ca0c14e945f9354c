/** The 32-bit floats of a file. Noise is told, and networks compute, in 16 bits of their range. */
export interface Floats {
  readonly values: Float32Array
  /** What is 0 in 16 bits. */
  readonly low: number
  /** What is 65535 in 16 bits: white, or more where noise goes beyond it. */
  readonly high: number
  /** What the file means by white: 1, 255 or 65535, or its largest value. */
  readonly white: number
  /** Where values stand that are a picture's no more than what is no number: see `hotValues`. */
  readonly hot?: ReadonlySet<number>
  /** What they are in the file, where that is not floats of 32 bits. */
  readonly sample?: Sample
  /** They are the linear light of the file in the curve of sRGB, but for alpha. */
  readonly isCurved?: boolean
}

/** How a file stores a value. */
export interface Sample {
  readonly bits: number
  readonly kind: 'unsigned' | 'signed' | 'float'
}

const deepest = 65535

/** What is no number does not count, nor what is out of all proportion to the others. */
export function floatsOf(values: Float32Array): Floats {
  const limits = proportionOf(values)
  let [lowest, highest, sum, count] = [Infinity, -Infinity, 0, 0]
  for (const value of values) {
    if (!(value >= limits.low && value <= limits.high)) continue
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

/** So many times the span of most values a value is out of proportion to them. */
const outOfProportion = 100
const looked = 100_000

/** Between which values are in proportion to the others: all finite ones where most of them are the same. */
function proportionOf(values: Float32Array): { low: number; high: number } {
  const step = Math.max(1, Math.floor(values.length / looked))
  const some = values.filter((value, i) => i % step === 0 && Number.isFinite(value)).sort()
  const at = (share: number) => some[Math.round(share * (some.length - 1))] ?? 0
  const span = at(0.99) - at(0.01)
  if (!(span > 0)) return { low: -Number.MAX_VALUE, high: Number.MAX_VALUE }
  return { low: at(0.01) - outOfProportion * span, high: at(0.99) + outOfProportion * span }
}

/**
 * Values out of all proportion that stand alone, such as the 10⁶ of a dead pixel among values up to 1. The sun in a picture
 * is as bright, but larger than one pixel.
 */
export function hotValues(
  values: Float32Array,
  { width, channels }: { width: number; channels: number },
): Set<number> {
  const { low, high } = proportionOf(values)
  const isBeyond = (i: number) => i >= 0 && i < values.length && !(values[i]! >= low && values[i]! <= high)
  const line = width * channels
  const around = [
    -line - channels,
    -line,
    -line + channels,
    -channels,
    channels,
    line - channels,
    line,
    line + channels,
  ]
  const found = new Set<number>()
  for (let i = 0; i < values.length; i++)
    if (isBeyond(i) && Number.isFinite(values[i]!) && !around.some((step) => isBeyond(i + step))) found.add(i)
  return found
}

/** Row-major as the floats are; what is no number is 0, and what is hot is the mean of the values to its left and right. */
export function inSixteenBits({ values, low, high, hot }: Floats, channels = 1): Uint16Array {
  const scale = deepest / (high - low)
  const pixels = Uint16Array.from(values, (value) =>
    Math.round(Math.min(deepest, Math.max(0, (value - low) * scale || 0))),
  )
  for (const i of hot ?? []) {
    const [left, right] = [pixels[i - channels], pixels[i + channels]]
    pixels[i] = Math.round(((left ?? right ?? 0) + (right ?? left ?? 0)) / 2)
  }
  return pixels
}

/** The floats of a picture with what was done to their 16 bits: where nothing was, they are what they were. */
export function withChanges(floats: Floats, pixels: Uint16Array): Float32Array {
  const before = inSixteenBits(floats)
  const step = (floats.high - floats.low) / deepest
  return floats.values.map((value, i) =>
    floats.hot?.has(i) ? floats.low + pixels[i]! * step : value + (pixels[i]! - before[i]!) * step,
  )
}

/**
 * Of the sigma of a picture's noise, on a scale on which white is 255, that of the pixels that are worked on. They differ
 * where floats go beyond black or white.
 */
export function sigmaScale(floats: Floats | undefined): number {
  return floats ? floats.white / (floats.high - floats.low) : 1
}
