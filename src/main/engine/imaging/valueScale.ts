/** How a file stores a value. */
export interface Sample {
  readonly bits: number
  readonly kind: 'unsigned' | 'signed' | 'float'
}

/** Black and white of pictures, as numbers of their file: one for all pages of a stack, and for a folder of such files. */
export interface ValueScale {
  readonly black: number
  readonly white: number
  /** What decided on them: the file, all that its values can be, the bits in use, the values, or a person. */
  readonly basis: 'file' | 'type' | 'bits' | 'values' | 'given'
}

/** So few values on either side are highlights and holes, which say nothing of the scale. */
const beyond = 5e-4
/** Room on either side, as a share of what lies between. */
const margin = 0.05
/** Pictures that use more of what their type can hold are taken as they are. */
const mostOfAll = 0.4
/** Bits that cameras have, and the share of their values that says that a picture has as many. */
const camera = [10, 12, 14] as const
const mostOfBits = 0.6
/** The same where values end exactly at the largest one, as those of an overexposed picture do. */
const someOfBits = 0.1
/** With a smaller span, rounding is all there is. */
export const leastSpan = 40
/** Of what a file says, values may lie so far beyond white; and they have to use so much of it. */
const said = { beyond: 1.02, least: 0.02 } as const

/** The largest value of a type, and the smallest one. */
const limitsOf = ({ bits, kind }: Sample) =>
  kind === 'signed' ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]

export const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!

/**
 * What is black and what is white.
 *
 * @param sorted finite values of all pictures that share it, in ascending order, or as many of them as tell enough
 * @param told what the file says of it (tags MinSampleValue and MaxSampleValue)
 */
export function scaleOf(
  sorted: Float64Array,
  sample: Sample,
  told: { readonly black?: number; readonly white?: number } = {},
): ValueScale {
  const values = inProportion(sorted)
  if (values.length === 0) return wholeScale(sample)
  const [low, high] = [quantile(values, beyond), quantile(values, 1 - beyond)]
  const { black = 0, white } = told
  const isTold = white !== undefined && white < limitsOf(sample)[1]!
  if (isTold && isTrue(white - black, low - black, high - black)) return { black, white, basis: 'file' }
  if (sample.kind === 'float') return scaleOfFloats(values, low, high)
  const [least, most] = limitsOf(sample) as [number, number]
  if (high - low > mostOfAll * (most - least) || high === low) return wholeScale(sample)
  const bits = sample.kind === 'unsigned' ? bitsInUse(sorted, high - low, sample.bits) : null
  if (bits !== null) return { black: 0, white: 2 ** bits - 1, basis: 'bits' }
  return around(values, low, high, leastSpan)
}

/** So many times the span of most values a value is out of proportion to them. */
const outOfProportion = 100

/** Between which values are in proportion to the others: all where most of them are the same. */
export function proportionOf(sorted: Float64Array): { low: number; high: number } {
  if (sorted.length === 0) return { low: 0, high: 0 }
  const [low, high] = [quantile(sorted, 0.01), quantile(sorted, 0.99)]
  const span = high - low
  if (!(span > 0)) return { low: -Number.MAX_VALUE, high: Number.MAX_VALUE }
  return { low: low - outOfProportion * span, high: high + outOfProportion * span }
}

function inProportion(sorted: Float64Array): Float64Array {
  const { low, high } = proportionOf(sorted)
  const isAll = sorted.length === 0 || (sorted[0]! >= low && sorted.at(-1)! <= high)
  return isAll ? sorted : sorted.filter((value) => value >= low && value <= high)
}

const isTrue = (span: number, low: number, high: number) =>
  high <= said.beyond * span && high - low > said.least * span

/** All that a type can hold; of floats 0 to 1. */
export function wholeScale(sample: Sample): ValueScale {
  if (sample.kind === 'float') return { black: 0, white: 1, basis: 'type' }
  const [black, white] = limitsOf(sample) as [number, number]
  return { black, white, basis: 'type' }
}

function bitsInUse(sorted: Float64Array, span: number, bits: number): number | null {
  const most = sorted.at(-1)!
  const found = camera.find((one) => one < bits && most < 2 ** one)
  if (found === undefined) return null
  const isFull = most === 2 ** found - 1
  return span > (isFull ? someOfBits : mostOfBits) * 2 ** found ? found : null
}

/** Floats are often 0 to 1, or the numbers of 8 or 16 bits, and noise goes beyond both ends. */
function scaleOfFloats(values: Float64Array, low: number, high: number): ValueScale {
  const usual = [1, 255, 65_535].find(
    (one) => low > -0.5 * one && high < 1.5 * one && high > (one === 1 ? 1 / 16 : mostOfAll * one),
  )
  if (usual !== undefined) return { black: 0, white: usual, basis: 'type' }
  if (high === low)
    return { black: Math.min(0, low), white: Math.max(low, Math.min(0, low) + 1), basis: 'type' }
  return around(values, low, high, 0)
}

/** Nearly all values, with some room, and none beyond them. */
function around(values: Float64Array, low: number, high: number, smallest: number): ValueScale {
  const room = margin * (high - low)
  const black = Math.max(values[0]!, low - room)
  const white = Math.max(Math.min(values.at(-1)!, high + room), black + smallest)
  return { black, white, basis: 'values' }
}

/** Values that lie further from most than this share of their span are few and far. */
const nearby = 0.5

/** Where values go below 0 they are part of the picture all the same, and 8 bits have to hold them. */
export function widenedScale(scale: ValueScale, sorted: Float64Array): ValueScale {
  const values = inProportion(sorted)
  if (values.length === 0 || scale.basis === 'file') return scale
  const [low, high] = [quantile(values, beyond), quantile(values, 1 - beyond)]
  if (low >= 0) return scale
  const reach = nearby * (high - low)
  const black = Math.min(
    scale.black,
    values.find((value) => value >= low - reach)!,
  )
  const white = Math.max(
    scale.white,
    values.findLast((value) => value <= high + reach)!,
  )
  return { black, white, basis: 'values' }
}

/** Values that are looked at, spread evenly. */
const looked = 200_000

/**
 * Finite values of the channels of colour in ascending order, or as many of them as tell enough.
 *
 * @param channels with an even number of them the last is alpha
 */
export function sortedColors(values: ArrayLike<number>, channels: number, most = looked): Float64Array {
  const colors = channels % 2 === 0 ? channels - 1 : channels
  const count = (values.length / channels) * colors
  const step = Math.max(1, Math.floor(count / most))
  const found: number[] = []
  for (let i = 0; i < count; i += step) {
    const value = values[Math.floor(i / colors) * channels + (i % colors)]!
    if (Number.isFinite(value)) found.push(value)
  }
  return Float64Array.from(found).sort()
}
