import { rounded } from '../../../../shared/rounded'
import { colorChannels, type PixelImage } from '../pixelTiles'
import { emptyLike, whiteOf } from '../../imaging/pixelValues'
import { robustSpan } from './robustSpan'

/**
 * Offsets of whole rows or columns, which the readout of a sensor adds: banding. Neighbouring lines differ by their offsets
 * wherever the picture is flat along the line, so that the middle of these differences tells the step from one offset to
 * the next. Steps add up to offsets, less what changes slowly along the picture, which is taken for the picture's own. The
 * idea of moment matching and of its statistics (Gadallah et al. 2000, "Destriping multisensor imagery with moment
 * matching"), on differences, which do not depend on what the picture shows.
 *
 * Pictures have lines of their own. Offsets of a sensor are the same in all parts of a line, and those of neighbouring lines
 * have nothing to do with each other; of a picture's edges, shades and textures at least one of the two is wrong.
 */
export interface LineOffsets {
  readonly direction: 'rows' | 'columns'
  /** Of each channel of colour, one a line; in values of the file. */
  readonly offsets: readonly Float64Array[]
  /** Their standard deviation on the 0-255 scale, on which 255 is the white of the file. */
  readonly sigma: number
}

/** Parts of a line that are compared. */
const parts = 4
/** Values of a part that are looked at, and without which nothing is said. */
const mostValues = 160
const fewestValues = 12
/** Lines that decide, from the middle of the picture, and without which nothing is said. */
const mostLines = 512
const fewestLines = 48

/** Once offsets are known, it can be told where the picture is flat across the lines too, and they are told anew. */
const refinements = 2

/** On a scale on which the picture has a span of 255: what is flat, and how near to black and white values are cut off. */
const flatStep = 30
const cutOff = 8

/** What offsets are at least: in values of that scale, in the correlation of parts, of neighbours, and in kurtosis. */
const leastSigma = 1.2
const leastAlike = 0.35
const mostOfNeighbour = 0.45
const mostKurtosis = 8

/** Null where a picture has none that are worth mentioning. */
export function findLineOffsets(image: PixelImage, direction: 'rows' | 'columns'): LineOffsets | null {
  const lines = linesOf(image, direction)
  const count = Math.min(mostLines, lines.count)
  if (count < fewestLines || lines.length < parts * 2 * fewestValues) return null
  const colors = colorChannels(image)
  const from = Math.floor((lines.count - count) / 2)
  const scale = robustSpan(image) / 255
  if (!isSensors(offsetsOf(lines, colors >> 1, scale, { from, count }), scale)) return null
  const whole = { from: 0, count: lines.count }
  const offsets = Array.from({ length: colors }, (_, c) => {
    let { all } = offsetsOf(lines, c, scale, whole)
    for (let round = 0; round < refinements; round++) all = offsetsOf(lines, c, scale, whole, all).all
    return all
  })
  const squares = offsets.map((all) => all.reduce((sum, one) => sum + one * one, 0) / all.length)
  const sigma = Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / colors)
  return { direction, offsets, sigma: (255 * sigma) / whiteOf(image) }
}

interface Lines {
  readonly image: PixelImage
  readonly count: number
  readonly length: number
  /** From one value to the next in a line, and from one line to the next. */
  readonly along: number
  readonly across: number
}

function linesOf(image: PixelImage, direction: 'rows' | 'columns'): Lines {
  const { width, height, channels } = image
  const line = width * channels
  return direction === 'rows'
    ? { image, count: height, length: width, along: channels, across: line }
    : { image, count: width, length: height, along: line, across: channels }
}

interface Found {
  readonly all: Float64Array
  readonly ofParts: readonly Float64Array[]
}

function offsetsOf(
  lines: Lines,
  channel: number,
  scale: number,
  { from, count }: { from: number; count: number },
  known?: Float64Array,
): Found {
  const steps = Array.from({ length: parts }, () => new Float64Array(count))
  const all = new Float64Array(count)
  const differences = new Float64Array(parts * mostValues)
  for (let i = 1; i < count; i++) {
    let [sum, weight] = [0, 0]
    for (let part = 0; part < parts; part++) {
      const taken = flatDifferences(lines, { line: from + i - 1, channel, part, scale, known }, differences)
      if (taken < fewestValues) continue
      const step = middleMean(differences.subarray(0, taken))
      steps[part]![i] = step
      sum += taken * step
      weight += taken
    }
    all[i] = weight > 0 ? sum / weight : 0
  }
  return { all: withoutTrend(all), ofParts: steps.map(withoutTrend) }
}

interface Place {
  readonly line: number
  readonly channel: number
  readonly part: number
  readonly scale: number
  /** Of all lines. */
  readonly known?: Float64Array
}

/** From a line to the next, where both are flat and neither is cut off. @returns how many there are */
function flatDifferences(
  { image, length, along, across }: Lines,
  { line, channel, part, scale, known }: Place,
  into: Float64Array,
): number {
  const { data } = image
  const first = Math.max(1, Math.floor((part * length) / parts))
  const last = Math.min(length - 1, Math.floor(((part + 1) * length) / parts))
  const step = Math.max(1, Math.floor((last - first) / mostValues))
  const [low, high, flat] = [cutOff * scale, whiteOf(image) - cutOff * scale, flatStep * scale]
  const isDeep = !(data instanceof Uint8Array)
  const between = known ? known[line + 1]! - known[line]! : 0
  const isInside = known !== undefined && line > 0 && line + 2 < known.length
  const wide = isInside ? known[line + 2]! - known[line - 1]! : 0
  let count = 0
  for (let x = first; x < last && count < into.length; x += step) {
    const at = line * across + x * along + channel
    const next = at + across
    const [a, b] = [data[at]!, data[next]!]
    if (!isDeep && (a < low || b < low || a > high || b > high)) continue
    const slope =
      Math.abs(data[at + along]! - data[at - along]!) + Math.abs(data[next + along]! - data[next - along]!)
    if (slope > flat) continue
    if (known) {
      const rise = isInside ? data[next + across]! - data[at - across]! - wide : 0
      if (Math.abs(b - a - between) + Math.abs(rise) > flat) continue
    }
    into[count++] = b - a
  }
  return count
}

/** Of the half of the values in the middle. */
function middleMean(values: Float64Array): number {
  values.sort()
  const quarter = values.length >> 2
  let sum = 0
  for (let i = quarter; i < values.length - quarter; i++) sum += values[i]!
  return sum / (values.length - 2 * quarter)
}

/** Lines on each side from which it is told what changes slowly. */
const trendReach = 12
/** So many times the usual step is an edge of the picture. */
const edge = 6

/** Sums of steps, less the straight line through their neighbours. */
function withoutTrend(steps: Float64Array): Float64Array {
  const limit = edge * 1.4826 * middleOf(steps.map(Math.abs))
  const sums = new Float64Array(steps.length)
  for (let i = 1; i < steps.length; i++)
    sums[i] = sums[i - 1]! + (Math.abs(steps[i]!) > limit ? 0 : steps[i]!)
  return sums.map((sum, i) => sum - straightAt(sums, i))
}

/** Weighted by Epanechnikov's kernel. */
function straightAt(values: Float64Array, at: number): number {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0]
  for (let j = Math.max(0, at - trendReach); j <= Math.min(values.length - 1, at + trendReach); j++) {
    const x = j - at
    const weight = 1 - (x / (trendReach + 1)) ** 2
    w += weight
    wx += weight * x
    wxx += weight * x * x
    wy += weight * values[j]!
    wxy += weight * x * values[j]!
  }
  return (wxx * wy - wx * wxy) / (w * wxx - wx * wx)
}

const middleOf = (values: Float64Array): number => values.toSorted()[values.length >> 1]!

/** Whether offsets are those of a sensor. */
function isSensors({ all, ofParts }: Found, scale: number): boolean {
  if (1.4826 * middleOf(all.map(Math.abs)) < leastSigma * scale) return false
  let [square, fourth, neighbour] = [0, 0, 0]
  for (let i = 0; i < all.length; i++) {
    square += all[i]! ** 2
    fourth += all[i]! ** 4
    neighbour += all[i]! * (all[i - 1] ?? 0)
  }
  if (fourth * all.length > mostKurtosis * square ** 2 || neighbour > mostOfNeighbour * square) return false
  const pairs = ofParts.flatMap((a, i) => ofParts.slice(0, i).map((b) => correlation(a, b)))
  return pairs.reduce((sum, one) => sum + one, 0) >= leastAlike * pairs.length
}

/** Of lines in which both say something. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}

/** A copy of a picture without offsets. */
export function withoutOffsets(image: PixelImage, { direction, offsets }: LineOffsets): PixelImage['data'] {
  const { width, height, channels, data } = image
  const result = emptyLike(data)
  result.set(data)
  const most = data instanceof Float32Array ? null : whiteOf(image)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += channels)
      for (let c = 0; c < offsets.length; c++)
        result[at + c] = rounded(data[at + c]! - offsets[c]![direction === 'rows' ? y : x]!, most)
  return result
}
