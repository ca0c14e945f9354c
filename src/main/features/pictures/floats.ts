import {
  proportionOf,
  type Sample,
  scaleOf,
  sortedColors,
  type ValueScale,
} from '../../engine/imaging/valueScale'

export type { Sample }

/** Floats of 64 bits where those of 32 would lose something of what the file has. */
export type FloatValues = Float32Array | Float64Array

/** Values of a file that are not whole numbers of up to 16 bits. Noise is told, and networks compute, in 16 bits of their range. */
export interface Floats {
  readonly values: FloatValues
  /** What is 0 in 16 bits. */
  readonly low: number
  /** What is 65535 in 16 bits: white, or more where values go beyond it. */
  readonly high: number
  /** Black and white among them. */
  readonly scale: ValueScale
  /** Where values stand that are a picture's no more than what is no number: see `hotValues`. */
  readonly hot?: ReadonlySet<number>
  /** What they are in the file, where that is not floats of 32 bits. */
  readonly sample?: Sample
  /** They are the linear light of the file in the curve of sRGB, but for alpha. */
  readonly isCurved?: boolean
}

const deepest = 65535
const floats32: Sample = { bits: 32, kind: 'float' }

/** Noise and highlights beyond black and white that are worked on, as a share of what lies between. */
const room = { below: 1, above: 3 } as const

/**
 * What is no number does not count, nor what is out of all proportion to the others.
 *
 * @param channels with an even number of them the last is alpha
 * @param scale where it is known from elsewhere
 */
export function floatsOf(
  values: FloatValues,
  channels = 1,
  sample: Sample = floats32,
  scale: ValueScale = scaleOf(sortedColors(values, channels), sample),
): Floats {
  const { black, white } = scale
  const span = white - black
  const [least, most] = [black - room.below * span, white + room.above * span]
  let [low, high] = [black, white]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (isAlpha(i, channels) || !(value >= least && value <= most)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { values, low, high, scale, sample }
}

const isAlpha = (i: number, channels: number) => channels % 2 === 0 && i % channels === channels - 1

/**
 * Values out of all proportion that stand alone, such as the 10⁶ of a dead pixel among values up to 1. The sun in a picture
 * is as bright, but larger than one pixel.
 */
export function hotValues(
  values: FloatValues,
  { width, channels }: { width: number; channels: number },
): Set<number> {
  const { low, high } = proportionOf(sortedColors(values, channels, 100_000))
  const isBeyond = (i: number) =>
    i >= 0 && i < values.length && !isAlpha(i, channels) && !(values[i]! >= low && values[i]! <= high)
  const line = width * channels
  const rows = [-line, 0, line]
  const around = rows.flatMap((row) => [row - channels, row, row + channels]).filter((step) => step !== 0)
  const found = new Set<number>()
  for (let i = 0; i < values.length; i++)
    if (isBeyond(i) && Number.isFinite(values[i]!) && !around.some((step) => isBeyond(i + step))) found.add(i)
  return found
}

/** Row-major as the floats are; what is no number is 0, and what is hot is the mean of the values to its left and right. */
export function inSixteenBits({ values, low, high, hot }: Floats, channels = 1): Uint16Array {
  const scale = deepest / (high - low)
  const limited = (value: number) => Math.round(Math.min(deepest, Math.max(0, value || 0)))
  const pixels = Uint16Array.from(values as ArrayLike<number>, (value, i) =>
    limited(isAlpha(i, channels) ? value * deepest : (value - low) * scale),
  )
  for (const i of hot ?? []) {
    const [left, right] = [pixels[i - channels], pixels[i + channels]]
    pixels[i] = Math.round(((left ?? right ?? 0) + (right ?? left ?? 0)) / 2)
  }
  return pixels
}

/** The floats of a picture with what was done to their 16 bits: where nothing was, they are what they were. */
export function withChanges(floats: Floats, pixels: Uint16Array, channels = 1): FloatValues {
  const before = inSixteenBits(floats, channels)
  const step = (floats.high - floats.low) / deepest
  return floats.values.map((value, i) =>
    floats.hot?.has(i) ? floats.low + pixels[i]! * step : value + (pixels[i]! - before[i]!) * step,
  )
}
