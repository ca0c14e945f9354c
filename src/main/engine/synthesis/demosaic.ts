import { type ColorImage, emptyImage, reflected } from './colorImage'

/** Where the red pixel of each 2 × 2 cell of a Bayer pattern is; blue is diagonally opposite, the other two are green. */
export interface BayerPattern {
  readonly redRow: 0 | 1
  readonly redColumn: 0 | 1
}

export const demosaicMethods = ['bilinear', 'malvar', 'hamilton-adams'] as const
/**
 * - `bilinear`: means of the nearest pixels of the same colour
 * - `malvar`: linear with corrections by the gradient of the known colour (Malvar, He, Cutler 2004, "High-quality linear
 *   interpolation for demosaicing of Bayer-patterned color images")
 * - `hamilton-adams`: green along the weaker gradient, then differences to green, bilinearly (Hamilton & Adams 1997, US 5629734)
 */
export type DemosaicMethod = (typeof demosaicMethods)[number]

/** What a sensor behind colour filters sees: one colour at each pixel. @returns height × width */
export function mosaicOf({ height, width, planes }: ColorImage, pattern: BayerPattern): Float32Array {
  const mosaic = new Float32Array(height * width)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) mosaic[i] = planes[colorAt(y, x, pattern)]![i]!
  return mosaic
}

/** 0 red, 1 green, 2 blue. */
export function colorAt(y: number, x: number, { redRow, redColumn }: BayerPattern): 0 | 1 | 2 {
  const isRedRow = (y & 1) === redRow
  const isRedColumn = (x & 1) === redColumn
  if (isRedRow !== isRedColumn) return 1
  return isRedRow ? 0 : 2
}

interface Mosaic {
  readonly height: number
  readonly width: number
  readonly pattern: BayerPattern
  /** With two more pixels on each side, mirrored. */
  readonly padded: Float32Array
}

const border = 2

/** @param mosaic height × width, as `mosaicOf` gives it */
export function demosaic(
  mosaic: Float32Array,
  size: { readonly height: number; readonly width: number },
  pattern: BayerPattern,
  method: DemosaicMethod,
): ColorImage {
  const given = { ...size, pattern, padded: paddedMosaic(mosaic, size.height, size.width) }
  return method === 'hamilton-adams' ? edgeDirected(given) : linear(given, linearWeights[method])
}

function paddedMosaic(mosaic: Float32Array, height: number, width: number): Float32Array {
  const stride = width + 2 * border
  const padded = new Float32Array((height + 2 * border) * stride)
  for (let y = 0; y < height + 2 * border; y++) {
    const from = reflected(y - border, height) * width
    for (let x = 0; x < stride; x++) padded[y * stride + x] = mosaic[from + reflected(x - border, width)]!
  }
  return padded
}

/**
 * Weights of a missing colour: of the pixel itself; of the four beside it, split into those along the line in which the
 * missing colour lies and those across; of the four diagonal ones; and of those two pixels away, likewise split.
 */
interface Weights {
  readonly self: number
  readonly along: number
  readonly across: number
  readonly diagonal: number
  readonly farAlong: number
  readonly farAcross: number
}

interface LinearWeights {
  readonly green: Weights
  /** Red or blue at green. */
  readonly beside: Weights
  /** Red at blue, and blue at red. */
  readonly opposite: Weights
}

const none: Weights = { self: 0, along: 0, across: 0, diagonal: 0, farAlong: 0, farAcross: 0 }
const linearWeights: Record<'bilinear' | 'malvar', LinearWeights> = {
  bilinear: {
    green: { ...none, along: 1 / 4, across: 1 / 4 },
    beside: { ...none, along: 1 / 2 },
    opposite: { ...none, diagonal: 1 / 4 },
  },
  malvar: {
    green: { ...none, self: 4 / 8, along: 2 / 8, across: 2 / 8, farAlong: -1 / 8, farAcross: -1 / 8 },
    beside: { self: 5 / 8, along: 4 / 8, across: 0, diagonal: -1 / 8, farAlong: -1 / 8, farAcross: 0.5 / 8 },
    opposite: { ...none, self: 6 / 8, diagonal: 2 / 8, farAlong: -1.5 / 8, farAcross: -1.5 / 8 },
  },
}

function linear({ height, width, pattern, padded }: Mosaic, weights: LinearWeights): ColorImage {
  const image = emptyImage(height, width)
  const stride = width + 2 * border
  const interpolate = (p: number, isAcross: boolean, w: Weights) => {
    const horizontal = padded[p - 1]! + padded[p + 1]!
    const vertical = padded[p - stride]! + padded[p + stride]!
    const farHorizontal = padded[p - 2]! + padded[p + 2]!
    const farVertical = padded[p - 2 * stride]! + padded[p + 2 * stride]!
    const diagonal =
      padded[p - stride - 1]! + padded[p - stride + 1]! + padded[p + stride - 1]! + padded[p + stride + 1]!
    const [along, across] = isAcross ? [vertical, horizontal] : [horizontal, vertical]
    const [farAlong, farAcross] = isAcross ? [farVertical, farHorizontal] : [farHorizontal, farVertical]
    return (
      w.self * padded[p]! +
      w.along * along +
      w.across * across +
      w.diagonal * diagonal +
      w.farAlong * farAlong +
      w.farAcross * farAcross
    )
  }
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const p = (y + border) * stride + x + border
      const color = colorAt(y, x, pattern)
      image.planes[color]![i] = padded[p]!
      if (color === 1) {
        const redIsBeside = (y & 1) === pattern.redRow
        image.planes[0][i] = interpolate(p, !redIsBeside, weights.beside)
        image.planes[2][i] = interpolate(p, redIsBeside, weights.beside)
      } else {
        image.planes[1][i] = interpolate(p, false, weights.green)
        image.planes[color === 0 ? 2 : 0][i] = interpolate(p, false, weights.opposite)
      }
    }
  return image
}

function edgeDirected(mosaic: Mosaic): ColorImage {
  const { height, width, pattern, padded } = mosaic
  const stride = width + 2 * border
  const green = new Float32Array(height * width)
  const differences = new Float32Array(height * width)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const p = (y + border) * stride + x + border
      green[i] = colorAt(y, x, pattern) === 1 ? padded[p]! : alongEdge(padded, p, stride)
      differences[i] = padded[p]! - green[i]!
    }
  // At green the difference is 0; red's and blue's are each interpolated from their own pixels.
  const sparse = { ...mosaic, padded: paddedMosaic(differences, height, width) }
  const image = linear(sparse, linearWeights.bilinear)
  const [red, , blue] = image.planes
  for (let i = 0; i < green.length; i++) {
    red[i]! += green[i]!
    blue[i]! += green[i]!
  }
  return { height, width, planes: [red, green, blue] }
}

/** Green at a red or blue pixel, from the two neighbours across which the image changes less. */
function alongEdge(padded: Float32Array, p: number, stride: number): number {
  const c = padded[p]!
  const [left, right] = [padded[p - 1]!, padded[p + 1]!]
  const [above, below] = [padded[p - stride]!, padded[p + stride]!]
  const horizontal = 2 * c - padded[p - 2]! - padded[p + 2]!
  const vertical = 2 * c - padded[p - 2 * stride]! - padded[p + 2 * stride]!
  const across = Math.abs(left - right) + Math.abs(horizontal)
  const down = Math.abs(above - below) + Math.abs(vertical)
  if (across < down) return (left + right) / 2 + horizontal / 4
  if (down < across) return (above + below) / 2 + vertical / 4
  return (left + right + above + below) / 4 + (horizontal + vertical) / 8
}
