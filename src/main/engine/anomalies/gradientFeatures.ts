import type { InputShape } from '../../../shared/modelSpec'

/** Directions that gradients are sorted into, over the whole circle. */
export const directions = 8
/** Pixels from one cell to the next, and sigma of the window through which a cell sees gradients. */
const cellStep = 4
const cellSigma = 1.5
const reach = 4.5
/** Sigma of the blur before gradients are taken. */
const blurSigma = 0.7
/** Larger images are seen at this size of their longer side; small ones as they are. */
const largeSide = 32
const smallSide = 40
/** Colours are averaged in so many rows and columns. */
export const colorGrid = 4
/** Of the mean colours beside gradients, whose length is 1. */
export const colorWeight = 0.35

/**
 * What an image looks like, as numbers of which a small distance means a similar look: histograms of gradient directions
 * in overlapping cells (Dalal & Triggs 2005, with one norm for the whole image), and for images in colour the mean
 * colours of its parts. They tell a wrong shape where pixels tell a thin stroke from a thick one.
 */
export class GradientFeatures {
  readonly size: number
  private readonly width: number
  private readonly height: number
  private readonly columns: CellWeights
  private readonly rows: CellWeights
  private readonly grey: Float32Array
  private readonly beside: Float32Array

  constructor(private readonly shape: InputShape) {
    const { width, height } = featureSides(shape)
    this.width = width
    this.height = height
    this.columns = cellWeights(this.width)
    this.rows = cellWeights(this.height)
    this.grey = new Float32Array(this.width * this.height)
    this.beside = new Float32Array(this.grey.length)
    const colors = shape.channels === 3 ? colorGrid ** 2 * 3 : 0
    this.size = this.columns.cells * this.rows.cells * directions + colors
  }

  /** @param pixels count × height × width × channels, 0..1 @returns count × size */
  of(pixels: Float32Array): Float32Array {
    const inputs = this.shape.width * this.shape.height * this.shape.channels
    const count = pixels.length / inputs
    const out = new Float32Array(count * this.size)
    for (let i = 0; i < count; i++) {
      const image = pixels.subarray(i * inputs, (i + 1) * inputs)
      const into = out.subarray(i * this.size, (i + 1) * this.size)
      this.shrink(image)
      blur(this.grey, this.beside, this.width, this.height)
      this.gradients(into)
      if (this.shape.channels === 3) this.colors(image, into.subarray(into.length - colorGrid ** 2 * 3))
    }
    return out
  }

  /** Brightness at the size at which images are seen: the mean of the pixels that become one. */
  private shrink(image: Float32Array): void {
    const { grey, width, height, shape } = this
    const { channels } = shape
    if (width === shape.width && height === shape.height && channels === 1) return grey.set(image)
    for (let y = 0; y < height; y++) {
      const [top, bottom] = span(y, height, shape.height)
      for (let x = 0; x < width; x++) {
        const [left, right] = span(x, width, shape.width)
        let sum = 0
        for (let row = top; row < bottom; row++)
          for (
            let at = (row * shape.width + left) * channels;
            at < (row * shape.width + right) * channels;
            at++
          )
            sum += image[at]!
        grey[y * width + x] = sum / ((bottom - top) * (right - left) * channels)
      }
    }
  }

  private gradients(into: Float32Array): void {
    const { grey, width, height, columns, rows } = this
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x
        const dx = x > 0 && x < width - 1 ? grey[at + 1]! - grey[at - 1]! : 0
        const dy = y > 0 && y < height - 1 ? grey[at + width]! - grey[at - width]! : 0
        const length = Math.hypot(dx, dy)
        if (length < 1e-4) continue
        const turn = Math.atan2(dy, dx) / (2 * Math.PI)
        const place = (turn < 0 ? turn + 1 : turn) * directions
        const first = Math.floor(place) % directions
        const second = (first + 1) % directions
        const share = place - Math.floor(place)
        for (let i = rows.first[y]!; i <= rows.last[y]!; i++) {
          const down = length * rows.weights[y * rows.cells + i]!
          for (let j = columns.first[x]!; j <= columns.last[x]!; j++) {
            const weight = down * columns.weights[x * columns.cells + j]!
            const cell = (i * columns.cells + j) * directions
            into[cell + first]! += weight * (1 - share)
            into[cell + second]! += weight * share
          }
        }
      }
    }
    normalize(into.subarray(0, columns.cells * rows.cells * directions))
  }

  /** Brightness and two differences of colours, mean over each part of the image. */
  private colors(image: Float32Array, into: Float32Array): void {
    const { width, height } = this.shape
    for (let i = 0; i < colorGrid; i++) {
      const [top, bottom] = span(i, colorGrid, height)
      for (let j = 0; j < colorGrid; j++) {
        const [left, right] = span(j, colorGrid, width)
        const sums = [0, 0, 0]
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++)
            for (let c = 0; c < 3; c++) sums[c]! += image[(y * width + x) * 3 + c]!
        const pixels = (bottom - top) * (right - left)
        const [r, g, b] = sums.map((sum) => sum / pixels) as [number, number, number]
        into.set(
          [(r + g + b) / 3, r - g, (r + g) / 2 - b].map((value) => colorWeight * value),
          (i * colorGrid + j) * 3,
        )
      }
    }
  }
}

/** The size at which images are seen. */
export function featureSides({ width, height }: InputShape): { width: number; height: number } {
  const longer = Math.max(width, height)
  const factor = longer <= smallSide ? 1 : largeSide / longer
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
}

/** For each pixel along a side, which cells see it and how well. */
export interface CellWeights {
  readonly cells: number
  readonly first: Int32Array
  readonly last: Int32Array
  /** side × cells */
  readonly weights: Float32Array
}

export function cellWeights(side: number): CellWeights {
  const cells = Math.max(1, Math.floor((side - cellStep / 2 - 1) / cellStep) + 1)
  const [first, last] = [new Int32Array(side).fill(cells), new Int32Array(side).fill(-1)]
  const weights = new Float32Array(side * cells)
  for (let x = 0; x < side; x++)
    for (let cell = 0; cell < cells; cell++) {
      const far = x - Math.min(side - 1, cellStep / 2 + cell * cellStep)
      if (Math.abs(far) > reach) continue
      weights[x * cells + cell] = Math.exp(-(far * far) / (2 * cellSigma ** 2))
      first[x] = Math.min(first[x]!, cell)
      last[x] = Math.max(last[x]!, cell)
    }
  return { cells, first, last, weights }
}

/** The pixels of `length` that part `i` of `parts` covers: one at least. */
export function span(i: number, parts: number, length: number): [number, number] {
  const from = Math.min(length - 1, Math.floor((i * length) / parts))
  return [from, Math.max(from + 1, Math.floor(((i + 1) * length) / parts))]
}

const taps = [-2, -1, 0, 1, 2].map((far) => Math.exp(-(far * far) / (2 * blurSigma ** 2)))
const tapSum = taps.reduce((a, b) => a + b)
export const blurTaps = taps.map((tap) => tap / tapSum)

/** In place; the border is repeated. */
function blur(image: Float32Array, beside: Float32Array, width: number, height: number): void {
  const [, b, c] = blurTaps as [number, number, number]
  const a = blurTaps[0]!
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (column: number) => image[y * width + Math.min(width - 1, Math.max(0, column))]!
      beside[y * width + x] = a * (at(x - 2) + at(x + 2)) + b * (at(x - 1) + at(x + 1)) + c * at(x)
    }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (row: number) => beside[Math.min(height - 1, Math.max(0, row)) * width + x]!
      image[y * width + x] = a * (at(y - 2) + at(y + 2)) + b * (at(y - 1) + at(y + 1)) + c * at(y)
    }
}

function normalize(values: Float32Array): void {
  let squares = 0
  for (const value of values) squares += value * value
  const length = Math.sqrt(squares) + 1e-6
  for (let i = 0; i < values.length; i++) values[i]! /= length
}
