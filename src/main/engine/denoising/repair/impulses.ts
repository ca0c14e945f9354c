import { colorChannels, type PixelImage } from '../pixelTiles'
import { emptyLike } from '../../imaging/pixelValues'
import { robustSpan } from './robustSpan'

/**
 * Values that have nothing to do with their surroundings: hot and dead pixels of a sensor, salt and pepper of a
 * transmission. A value is compared with the ranks of its eight neighbours of the same channel, as in the rank-ordered
 * differences of Garnett et al. 2005, "A Universal Noise Removal Algorithm with an Impulse Detector", and replaced by the
 * median of those that are no impulses in a window that grows as far as it has to: Hwang & Haddad 1995, "Adaptive Median
 * Filters". All others stay as they are.
 *
 * Fine detail, text and stars have values that stand out too, but ever fewer the further these have to stand out. Of
 * impulses most stand out as far as can be. So whether there are any is decided for the whole picture.
 */
export interface Impulses {
  /** How far an impulse is from its neighbours at least, in values of the file. */
  readonly least: number
  /** Those above and those below their neighbours; null where there are none. */
  readonly bright: Side | null
  readonly dark: Side | null
}

interface Side {
  /** The value that most of them have; null where they have many. */
  readonly common: number | null
}

/** Of white, or of the span of the values. */
const leastShare = 20 / 255
/** How many times the range of its neighbours a value stands out, to be counted as far out, and as very far out. */
const far = 2
const veryFar = 4
/** Those very far out that are alone, of all values; of those that are alone and far out; and of those very far out. */
const enoughVeryFar = 0.8e-4
const fewestVeryFar = 8
const shareVeryFar = 0.5
const shareAlone = 0.5
/** Of those very far out, those beside another one: impulses meet by chance, ends of thin lines always do. */
const mostBeside = 0.65
/** Of all impulses, those on one side; and of those, the ones that have the same value. */
const leastOfAll = 0.1
const mostOfOneSide = 0.85

interface Count {
  values: number
  far: number
  veryFar: number
  /** Very far out, but in company. */
  inCompany: number
  /** Of those very far out, the ones with a neighbour that stands out on the same side by half as much. */
  beside: number
  readonly brightAt: Map<number, number>
  readonly darkAt: Map<number, number>
}

/** Whether a picture has impulses. Null where it has none. */
export function findImpulses(image: PixelImage): Impulses | null {
  const least = leastShare * robustSpan(image)
  const count: Count = {
    values: 0,
    far: 0,
    veryFar: 0,
    inCompany: 0,
    beside: 0,
    brightAt: new Map(),
    darkAt: new Map(),
  }
  for (const rows of sampledRows(image)) countOutliers(image, rows, least, count)
  if (count.veryFar < Math.max(fewestVeryFar, enoughVeryFar * count.values)) return null
  if (count.veryFar < shareVeryFar * count.far) return null
  if (count.veryFar < shareAlone * (count.veryFar + count.inCompany)) return null
  if (count.beside > mostBeside * count.veryFar) return null
  return { least, bright: sideOf(count.brightAt, count), dark: sideOf(count.darkAt, count) }
}

/** Of large pictures some stretches of rows, spread evenly. */
const sampledPixels = 2e6
const stretches = 24

function sampledRows({ width, height }: PixelImage): { from: number; to: number }[] {
  const [first, last] = [1, height - 1]
  const length = Math.max(1, Math.floor(sampledPixels / width / stretches))
  if (length * stretches >= last - first) return [{ from: first, to: last }]
  return Array.from({ length: stretches }, (_, i) => {
    const from = first + Math.floor((i * (last - first - length)) / (stretches - 1))
    return { from, to: from + length }
  })
}

const around = new Float64Array(8)

/** The eight neighbours in ascending order, in `around`. */
function sortNeighbours(data: PixelImage['data'], at: number, right: number, down: number): void {
  around[0] = data[at - down - right]!
  around[1] = data[at - down]!
  around[2] = data[at - down + right]!
  around[3] = data[at - right]!
  around[4] = data[at + right]!
  around[5] = data[at + down - right]!
  around[6] = data[at + down]!
  around[7] = data[at + down + right]!
  for (let i = 1; i < 8; i++) {
    const value = around[i]!
    let j = i - 1
    for (; j >= 0 && around[j]! > value; j--) around[j + 1] = around[j]!
    around[j + 1] = value
  }
}

/** By how much a value stands out of the neighbours on its left and right, or above and below. */
function standsOut(
  data: PixelImage['data'],
  at: number,
  right: number,
  down: number,
  least: number,
): boolean {
  const value = data[at]!
  const [a, b] = [value - data[at - right]!, value - data[at + right]!]
  if ((a > least && b > least) || (a < -least && b < -least)) return true
  const [c, d] = [value - data[at - down]!, value - data[at + down]!]
  return (c > least && d > least) || (c < -least && d < -least)
}

function countOutliers(
  image: PixelImage,
  rows: { from: number; to: number },
  least: number,
  count: Count,
): void {
  const { width, channels, data } = image
  const colors = colorChannels(image)
  const down = width * channels
  for (let y = rows.from; y < rows.to; y++)
    for (let x = 1; x < width - 1; x++)
      for (let c = 0; c < colors; c++) {
        const at = y * down + x * channels + c
        if (!standsOut(data, at, channels, down, least)) continue
        sortNeighbours(data, at, channels, down)
        // One of the neighbours may be an impulse itself.
        const [low, high] = [around[1]!, around[6]!]
        const out = Math.max(data[at]! - high, low - data[at]!)
        // Where all neighbours are the same it is a drawing: its dots are meant.
        if (out <= least || high === low || out <= far * (high - low)) continue
        const isVeryFar = out > veryFar * (high - low)
        if (!isAlone(image, x, y, c, out)) {
          if (isVeryFar) count.inCompany++
          continue
        }
        count.far++
        if (!isVeryFar) continue
        count.veryFar++
        const isBright = data[at]! > high
        if (isBright ? around[7]! - high > out / 2 : low - around[0]! > out / 2) count.beside++
        const values = isBright ? count.brightAt : count.darkAt
        values.set(data[at]!, (values.get(data[at]!) ?? 0) + 1)
      }
  count.values += (rows.to - rows.from) * (width - 2) * colors
}

/** Around the neighbours, so many others may stand out on the same side by a share of what a value does. */
const companyReach = 3
const mostCompany = 3
const companyShare = 1 / 3

/**
 * Whether a value that stands out is not a part of something: dots of letters and patterns have others like them nearby.
 * Its neighbours are in `around`.
 */
function isAlone(
  { width, height, channels, data }: PixelImage,
  x: number,
  y: number,
  c: number,
  out: number,
): boolean {
  const ground = (around[3]! + around[4]!) / 2
  const isBright = data[(y * width + x) * channels + c]! > ground
  const limit = isBright ? ground + companyShare * out : ground - companyShare * out
  let company = 0
  for (let v = Math.max(0, y - companyReach); v <= Math.min(height - 1, y + companyReach); v++)
    for (let u = Math.max(0, x - companyReach); u <= Math.min(width - 1, x + companyReach); u++) {
      if (Math.abs(u - x) <= 1 && Math.abs(v - y) <= 1) continue
      const value = data[(v * width + u) * channels + c]!
      if ((isBright ? value > limit : value < limit) && ++company > mostCompany) return false
    }
  return true
}

function sideOf(counts: ReadonlyMap<number, number>, { veryFar }: Count): Side | null {
  let [most, sum, common] = [0, 0, 0]
  for (const [value, count] of counts) {
    sum += count
    if (count > most) [most, common] = [count, value]
  }
  if (sum < leastOfAll * veryFar) return null
  return { common: most >= mostOfOneSide * sum ? common : null }
}

/**
 * A copy without its impulses.
 *
 * @returns `share` of the values of colour that were replaced
 */
export function fillImpulses(
  image: PixelImage,
  impulses: Impulses,
): { data: PixelImage['data']; share: number } {
  const marked = markImpulses(image, impulses)
  const data = emptyLike(image.data)
  data.set(image.data)
  let filled = 0
  for (let at = 0; at < marked.length; at++) {
    if (!marked[at]) continue
    data[at] = medianAround(image, marked, at)
    filled++
  }
  return { data, share: filled / (image.width * image.height * colorChannels(image)) }
}

/** 1 where there is an impulse. At the edges, where neighbours are missing, those inside count twice. */
function markImpulses(image: PixelImage, impulses: Impulses): Uint8Array {
  const { width, height, channels, data } = image
  const marked = new Uint8Array(data.length)
  const colors = colorChannels(image)
  const down = width * channels
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isInside = x > 0 && y > 0 && x < width - 1 && y < height - 1
      for (let c = 0; c < colors; c++) {
        const at = y * down + x * channels + c
        if (
          isInside &&
          !standsOut(data, at, channels, down, impulses.least) &&
          !isCommon(data[at]!, impulses)
        )
          continue
        if (isInside) sortNeighbours(data, at, channels, down)
        else sortMirrored(image, x, y, c)
        if (
          isOdd(data[at]!, impulses)
            ? isAlone(image, x, y, c, outOf(data[at]!))
            : isOneOfMany(data[at]!, impulses)
        )
          marked[at] = 1
      }
    }
  return marked
}

const isCommon = (value: number, { bright, dark }: Impulses) =>
  value === bright?.common || value === dark?.common

/** By how much a value stands out of its neighbours, of which one may be an impulse too. These are in `around`. */
const outOf = (value: number) => Math.max(value - around[6]!, around[1]! - value)

/** Whether a value stands out as an impulse that has a value of its own. */
function isOdd(value: number, { least, bright, dark }: Impulses): boolean {
  const side = value > around[6]! ? bright : dark
  return side?.common === null && outOf(value) > Math.max(least, around[6]! - around[1]!)
}

/** As many neighbours of the common value are a part of the picture that has it. */
const sameAreMeant = 5
/** Where all neighbours are black or white, more of the same are a line. */
const mostAmongOthers = 1

/** Whether a value is the one that impulses have, and far from the median of the neighbours that do not have it too. */
function isOneOfMany(value: number, impulses: Impulses): boolean {
  if (!isCommon(value, impulses)) return false
  let [first, last, same] = [-1, -1, 0]
  for (let i = 0; i < 8; i++) {
    if (around[i] === value) same++
    if (isCommon(around[i]!, impulses)) continue
    if (first < 0) first = i
    last = i
  }
  // Pepper on white paper, where every neighbour could be salt, and the other way round.
  if (first < 0) return same <= mostAmongOthers
  if (same >= sameAreMeant) return false
  return Math.abs(value - around[(first + last) >> 1]!) > impulses.least
}

function sortMirrored({ width, height, channels, data }: PixelImage, x: number, y: number, c: number): void {
  let count = 0
  for (let j = -1; j <= 1; j++)
    for (let i = -1; i <= 1; i++) {
      if (i === 0 && j === 0) continue
      const [u, v] = [inside(x + i, width), inside(y + j, height)]
      around[count++] = data[(v * width + u) * channels + c]!
    }
  around.sort()
}

const inside = (i: number, size: number) => Math.min(size - 1, Math.abs(i >= size ? 2 * (size - 1) - i : i))

/** As many neighbours that are no impulses make a median. */
const fewestForMedian = 3
const farthest = 6

function medianAround({ width, height, channels, data }: PixelImage, marked: Uint8Array, at: number): number {
  const pixel = Math.floor(at / channels)
  const [x, y, c] = [pixel % width, Math.floor(pixel / width), at % channels]
  for (let reach = 1; reach <= farthest; reach++) {
    const values: number[] = []
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        const from = (v * width + u) * channels + c
        if (!marked[from]) values.push(data[from]!)
      }
    if (values.length < fewestForMedian) continue
    values.sort((a, b) => a - b)
    const middle = values.length >> 1
    return values.length % 2 ? values[middle]! : Math.round((values[middle - 1]! + values[middle]!) / 2)
  }
  return data[at]!
}
