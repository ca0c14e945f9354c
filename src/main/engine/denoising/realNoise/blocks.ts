import type { Plane } from '../noiseEstimate'

const side = 8
const size = side * side

/** Blocks of 8 × 8 pixels, and how much each varies about a plane that was laid through it. */
export interface FlatBlocks {
  readonly count: number
  /** Standard deviation, where 1 is white. */
  readonly deviations: Float32Array
  readonly means: Float32Array
  /** Of each block four sums of products: of pixels with themselves, with those beside and below, and two to the right. */
  readonly correlations: Float32Array
  /** Blocks from the flattest on. */
  readonly order: Uint32Array
}

/** Darker and brighter blocks are cut off, noise and all. */
const [lowestShade, highestShade] = [0.2 / 255, 254.8 / 255]
const darkest = 2 / 255
const brightest = 253 / 255

/** @param isBrightness whether values are cut off at black and white, which differences of colours are not */
export function blocksOf(planes: readonly Plane[], isBrightness: boolean): FlatBlocks {
  const most = planes.reduce((sum, { height, width }) => sum + (height >> 3) * (width >> 3), 0)
  const [deviations, means] = [new Float32Array(most), new Float32Array(most)]
  const correlations = new Float32Array(4 * most)
  const block = new Float32Array(size)
  let count = 0
  for (const { height, width, data } of planes)
    for (let top = 0; top + side <= height; top += side)
      for (let left = 0; left + side <= width; left += side) {
        for (let y = 0, k = 0; y < side; y++)
          for (let x = 0, i = (top + y) * width + left; x < side; x++, i++, k++) block[k] = data[i]!
        const mean = flatten(block)
        if (isBrightness && (mean < darkest || mean > brightest)) continue
        means[count] = mean
        const sums = products(block)
        correlations.set(sums, 4 * count)
        // Three values are spent on the plane.
        deviations[count++] = Math.sqrt((sums[0]! * size) / (size - 3))
      }
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  order.sort((a, b) => deviations[a]! - deviations[b]!)
  return { count, deviations: deviations.subarray(0, count), means, correlations, order }
}

/** Of blocks that are of one value, pixel by pixel, which noise leaves nowhere but at black and white. */
const stillElsewhere = 0.03
const stillAnywhere = 0.5
/** Of pixels that are black or white: noise that is cut off leaves half of them so, on white paper. */
const blackOrWhite = 0.55

/** Whether a picture was drawn and not taken: noise would have left few blocks of a single value. @param planes brightness */
export function isDrawn(planes: readonly Plane[]): boolean {
  let [blocks, elsewhere, anywhere, pixels, ends] = [0, 0, 0, 0, 0]
  for (const { height, width, data } of planes) {
    pixels += data.length
    for (const value of data) if (value < lowestShade || value > highestShade) ends++
    for (let top = 0; top + side <= height; top += side)
      for (let left = 0; left + side <= width; left += side, blocks++) {
        const first = data[top * width + left]!
        if (!isStill(data, top * width + left, width, first)) continue
        anywhere++
        if (first >= darkest && first <= brightest) elsewhere++
      }
  }
  if (ends > blackOrWhite * pixels) return true
  return elsewhere > stillElsewhere * blocks || anywhere > stillAnywhere * blocks
}

function isStill(data: Float32Array, start: number, width: number, value: number): boolean {
  for (let y = 0; y < side; y++)
    for (let i = start + y * width; i < start + y * width + side; i++) if (data[i] !== value) return false
  return true
}

/** Takes out the plane that fits best. @returns the mean */
function flatten(block: Float32Array): number {
  let [mean, across, down] = [0, 0, 0]
  const middle = (side - 1) / 2
  for (let y = 0, k = 0; y < side; y++)
    for (let x = 0; x < side; x++, k++) {
      mean += block[k]!
      across += block[k]! * (x - middle)
      down += block[k]! * (y - middle)
    }
  mean /= size
  // Σ (x − middle)² over the block.
  const moment = (side * side * (side * side - 1)) / 12
  const [slopeX, slopeY] = [across / moment, down / moment]
  for (let y = 0, k = 0; y < side; y++)
    for (let x = 0; x < side; x++, k++) block[k]! -= mean + slopeX * (x - middle) + slopeY * (y - middle)
  return mean
}

/** Means of products. */
function products(block: Float32Array): [number, number, number, number] {
  let [own, beside, below, far] = [0, 0, 0, 0]
  for (let y = 0, k = 0; y < side; y++)
    for (let x = 0; x < side; x++, k++) {
      const value = block[k]!
      own += value * value
      if (x + 1 < side) beside += value * block[k + 1]!
      if (y + 1 < side) below += value * block[k + side]!
      if (x + 2 < side) far += value * block[k + 2]!
    }
  return [own / size, beside / (size - side), below / (size - side), far / (size - 2 * side)]
}
