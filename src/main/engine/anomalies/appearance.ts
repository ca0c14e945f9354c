import type { InputShape } from '../../../shared/modelSpec'
import { shrink, shrunkShape } from './patchFeatures'
import { type GaussianState, ShrunkGaussian } from './shrunkGaussian'

/** Pixels of a side that is looked at; more of them say no more about an image as a whole. */
export const seenSide = 64
/** Of the sides of this square grid the means say how light and dark parts are spread. */
export const cells = 8
export const bins = 32
/** Values of 0..1 that differ by less are the same to the eye. */
export const unseen = 0.01
/** Nearer to black or white than this, a value counts as cut off. */
export const cutOff = 0.02
/** So that the logarithm of nothing is a number. */
export const least = 1e-3
/** The same of a variance of colours, and of a share of the image. */
export const leastVariance = 1e-5
export const leastShare = 0.01

/** Sizes at which detail and its directions are looked at, each half of the one before. */
export const sizes = 3

/** How many numbers describe an image. */
export const appearanceSize = 25

/**
 * An image as a whole in a few numbers: its mean colour, its contrast, how colourful it is and in how many hues, quantiles of
 * its brightness, how much of it is black or white, how much detail there is at three sizes, in which direction and how evenly,
 * and how much of it is flat. Among photographs a drawing, a letter or a scan is far from all others in these, while no small
 * part of it needs to be odd.
 *
 * @param images count × height × width × channels, values 0..1
 * @returns count × appearanceSize
 */
export function appearances(images: Float32Array, input: InputShape): Float32Array {
  const inputs = input.height * input.width * input.channels
  const count = images.length / inputs
  const out = new Float32Array(count * appearanceSize)
  for (let i = 0; i < count; i++)
    out.set(appearanceOf(images.subarray(i * inputs, (i + 1) * inputs), input), i * appearanceSize)
  return out
}

function appearanceOf(image: Float32Array, input: InputShape): number[] {
  const seen = reduced(image, input)
  const { grey, width, height } = seen
  const sorted = grey.slice().sort()
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  const unsorted = stepsOf(seen)
  const steps = unsorted.slice().sort()
  const log = (value: number) => Math.log(value + least)
  return [
    ...seen.colors,
    log(spreadOf(grey)),
    log(meanOf(seen.saturation)),
    log(spreadOf(seen.saturation)),
    ...[quantile(0.05), quantile(0.5), quantile(0.95)],
    log(meanOf(steps)),
    log(steps[steps.length >> 1]!),
    log(steps[Math.floor(0.95 * (steps.length - 1))]!),
    log(detailOf(seen)),
    log(spreadOf(cellMeans(grey, width, height))),
    steps.filter((step) => step < unseen).length / steps.length,
    entropyOf(grey),
    evennessOf(cellMeans(unsorted, width - 1, height - 1)),
    secondColorOf(seen.hues),
    Math.log(grey.filter((value) => value < cutOff || value > 1 - cutOff).length / grey.length + leastShare),
    ...grainOf(image, input),
  ]
}

/** At the full size, half and a quarter of it: how much detail there is, and how much more of it goes across than down. */
function grainOf(image: Float32Array, shape: InputShape): number[] {
  const out: number[] = []
  let seen = greyOf(image, shape)
  for (let k = 0; k < sizes; k++) {
    let [across, down] = [0, 0]
    for (let y = 0; y < seen.height - 1; y++)
      for (let x = 0; x < seen.width - 1; x++) {
        const at = y * seen.width + x
        across += Math.abs(seen.grey[at + 1]! - seen.grey[at]!)
        down += Math.abs(seen.grey[at + seen.width]! - seen.grey[at]!)
      }
    const places = Math.max(1, (seen.width - 1) * (seen.height - 1))
    out.push(Math.log(detailOf(seen) + least))
    out.push(Math.log((across / places + least) / (down / places + least)))
    const shrunk = shrunkShape({ ...seen, channels: 1 }, 2)
    seen = { ...shrunk, grey: shrink(seen.grey, { ...seen, channels: 1 }, 2) }
  }
  return out
}

function greyOf(image: Float32Array, { width, height, channels }: InputShape): Grey {
  const grey = new Float32Array(width * height)
  for (let at = 0; at < image.length; at++) grey[Math.floor(at / channels)]! += image[at]! / channels
  return { width, height, grey }
}

interface Grey {
  readonly width: number
  readonly height: number
  readonly grey: Float32Array
}

interface Seen extends Grey {
  readonly saturation: Float32Array
  /** Red less green, and yellow less blue. */
  readonly hues: readonly [Float32Array, Float32Array]
  /** Mean of each of three channels. */
  readonly colors: readonly number[]
}

/** At most 64 × 64 pixels, each the one in the middle of those that it stands for. */
function reduced(image: Float32Array, { width, height, channels }: InputShape): Seen {
  const [columns, rows] = [Math.min(seenSide, width), Math.min(seenSide, height)]
  const grey = new Float32Array(columns * rows)
  const saturation = new Float32Array(columns * rows)
  const hues = [new Float32Array(columns * rows), new Float32Array(columns * rows)] as const
  const colors = [0, 0, 0]
  for (let y = 0, at = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, at++) {
      const from = Math.floor(((y + 0.5) * height) / rows) * width + Math.floor(((x + 0.5) * width) / columns)
      const pixel = [0, 1, 2].map((c) => image[from * channels + (channels === 3 ? c : 0)]!)
      pixel.forEach((value, c) => (colors[c]! += value / grey.length))
      grey[at] = (pixel[0]! + pixel[1]! + pixel[2]!) / 3
      hues[0][at] = pixel[0]! - pixel[1]!
      hues[1][at] = (pixel[0]! + pixel[1]!) / 2 - pixel[2]!
      saturation[at] = Math.max(...pixel) - Math.min(...pixel)
    }
  return { width: columns, height: rows, grey, saturation, hues, colors }
}

/** From each pixel to those right of it and below. */
function stepsOf({ grey, width, height }: Seen): Float32Array {
  const steps = new Float32Array((width - 1) * (height - 1))
  for (let y = 0, at = 0; y < height - 1; y++)
    for (let x = 0; x < width - 1; x++, at++) {
      const value = grey[y * width + x]!
      steps[at] = Math.hypot(grey[y * width + x + 1]! - value, grey[(y + 1) * width + x]! - value)
    }
  return steps
}

/** Mean difference from the four neighbours. */
function detailOf({ grey, width, height }: Grey): number {
  let sum = 0
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      sum += Math.abs(4 * grey[at]! - grey[at - 1]! - grey[at + 1]! - grey[at - width]! - grey[at + width]!)
    }
  return width < 3 || height < 3 ? 0 : sum / ((width - 2) * (height - 2))
}

function cellMeans(grey: Float32Array, width: number, height: number): Float32Array {
  const sums = new Float32Array(cells * cells)
  const counts = new Float32Array(cells * cells)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width)
      sums[cell]! += grey[y * width + x]!
      counts[cell]!++
    }
  return sums.map((sum, i) => sum / Math.max(1, counts[i]!))
}

/** Low where all parts have as much detail as each other, as in a texture. */
const evennessOf = (detail: Float32Array) => Math.log((spreadOf(detail) + least) / (meanOf(detail) + least))

/** How far colours vary across the line along which they vary most: the spread along the second axis of their covariance. */
function secondColorOf([a, b]: Seen['hues']): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  let [varianceA, varianceB, covariance] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at]! - meanA, b[at]! - meanB]
    varianceA += (x * x) / a.length
    varianceB += (y * y) / a.length
    covariance += (x * y) / a.length
  }
  const second = (varianceA + varianceB) / 2 - Math.hypot((varianceA - varianceB) / 2, covariance)
  return Math.log(Math.max(0, second) + leastVariance) / 2
}

function entropyOf(grey: Float32Array): number {
  const counts = new Float64Array(bins)
  for (const value of grey) counts[Math.min(bins - 1, Math.max(0, Math.floor(value * bins)))]!++
  return counts.reduce((sum, n) => (n === 0 ? sum : sum - (n / grey.length) * Math.log(n / grey.length)), 0)
}

const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

function spreadOf(values: Float32Array): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

export interface AppearanceState {
  readonly gaussian: GaussianState
  /** Spread of each number over normal images. */
  readonly scales: Float32Array
}

/** How far images are from normal ones as a whole: the Mahalanobis distance of their appearance. */
export class AppearanceScore {
  private constructor(
    private readonly input: InputShape,
    private readonly gaussian: ShrunkGaussian,
    private readonly scales: Float32Array,
  ) {}

  /** @param normal count × appearanceSize, of two images at least */
  static fit(normal: Float32Array, input: InputShape): AppearanceScore {
    // On one scale, since the covariance is shrunk towards the same variance for all.
    const scales = Float32Array.from({ length: appearanceSize }, (_, i) =>
      Math.max(least, spreadOf(normal.filter((__, at) => at % appearanceSize === i))),
    )
    return new AppearanceScore(input, ShrunkGaussian.fit(scaled(normal, scales), appearanceSize), scales)
  }

  /** By which it is made again. */
  get state(): AppearanceState {
    return { gaussian: this.gaussian.state, scales: this.scales }
  }

  static restore({ gaussian, scales }: AppearanceState, input: InputShape): AppearanceScore {
    return new AppearanceScore(input, ShrunkGaussian.restore(gaussian), scales)
  }

  /**
   * @param images count × height × width × channels, values 0..1
   * @param own at least 0 for each of them that it was fitted to
   */
  of(images: Float32Array, own?: Int32Array): Float32Array {
    return this.gaussian.distances(scaled(appearances(images, this.input), this.scales), own)
  }
}

const scaled = (values: Float32Array, scales: Float32Array) =>
  values.map((value, at) => value / scales[at % appearanceSize]!)
