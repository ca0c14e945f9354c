import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { clippedNoise } from './clippedNoise'

/** One channel of an image or of a part of it, row-major, values in 0..1. */
export interface Plane {
  readonly height: number
  readonly width: number
  readonly data: Float32Array
}

/** Side of a patch, in pixels; images that hold too few such patches are told by smaller ones. */
const patchSide = 7
/** More patches of one choice make the estimate slower and hardly better. */
const maxPatches = 10_000
/** While patches are still being chosen. */
const maxChoosing = 3_000
/** Patches for each value of a patch, below which their covariance says nothing, and below which no choice is made. */
const fewestPatches = 2
const enoughPatches = 10
/** Of more, every other one across and down is looked at. */
const manyPatches = 150_000
/** How many standard deviations of its texture a patch of nothing but noise may have more than the mean. */
const deviations = 2.5
const rounds = 8

/** Which plane each patch is in, and its upper left pixel in that. */
export interface Patches {
  readonly plane: Uint32Array
  readonly place: Uint32Array
}

export interface NoiseEstimate {
  /** On the 0-255 scale. */
  readonly sigma: number
  /** Where there is nothing but noise, as far as one can tell. */
  readonly patches: Patches
  /** Of a patch, in pixels. */
  readonly side: number
}

interface TexturedPatches extends Patches {
  /** Sum of the squared differences in each. */
  readonly texture: Float32Array
}

/**
 * Standard deviation of white Gaussian noise in one channel, on the 0-255 scale. Patches without texture are chosen as in
 * Liu, Tanaka, Okutomi 2013, "Single-Image Noise Level Estimation for Blind Denoising": those whose differences are no
 * larger than noise makes them, with the noise found so far. The noise is the mean of those eigenvalues of their covariance
 * that belong to noise alone: Chen, Zhu, Heng 2015, "An Efficient Statistical Method for Image Noise Level Estimation".
 * What was cut off at black and white is made up for (see clippedNoise), unless there are values beyond them.
 *
 * @param planes parts of one channel
 * @returns null for an image too small to tell
 */
export function estimateNoise(planes: readonly Plane[]): NoiseEstimate | null {
  const side = sideFor(planes)
  if (!side) return null
  const size = side * side
  const step = countPatches(planes, side) > manyPatches ? 2 : 1
  let chosen = allPatches(planes, side, step)
  let variance = noiseVariance(covarianceOf(planes, chosen, side, maxChoosing).covariance)
  for (let round = 0; round < rounds; round++) {
    // The mean of the texture of noise is 4 × its variance a pixel; how far it strays is that of as many squares.
    const most = variance * 4 * size * (1 + deviations * Math.sqrt(2 / size))
    const fewer = withTextureUpTo(chosen, most)
    if (fewer.place.length < enoughPatches * size) break
    const lower = noiseVariance(covarianceOf(planes, fewer, side, maxChoosing).covariance)
    if (lower >= variance) break
    ;[chosen, variance] = [fewer, lower]
  }
  const found = covarianceOf(planes, chosen, side, maxPatches)
  const sigma = Math.sqrt(Math.max(0, noiseVariance(found.covariance)))
  const before = isClipped(planes) ? clippedNoise(sigma, found.means) : sigma
  return { sigma: 255 * before, patches: chosen, side }
}

/** The largest of the usual side and those that leave enough patches; 0 if none does. */
function sideFor(planes: readonly Plane[]): number {
  for (let side = patchSide; side >= 3; side--)
    if (countPatches(planes, side) >= fewestPatches * side * side) return side
  return 0
}

function countPatches(planes: readonly Plane[], side: number): number {
  return planes.reduce(
    (count, { height, width }) => count + Math.max(0, height - side + 1) * Math.max(0, width - side + 1),
    0,
  )
}

function isClipped(planes: readonly Plane[]): boolean {
  for (const { data } of planes)
    for (let i = 0; i < data.length; i++) if (!(data[i]! >= 0 && data[i]! <= 1)) return false
  return true
}

/** The mean of the smallest eigenvalues, of so many that it is their median too. */
function noiseVariance(covariance: Matrix): number {
  const values = new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues
  values.sort((a, b) => b - a)
  const last = values.length - 1
  let sum = values.reduce((total, value) => total + value, 0)
  for (let i = 0; i < last; i++) {
    const mean = sum / (values.length - i)
    const median = (values[(i + last) >> 1]! + values[(i + last + 1) >> 1]!) / 2
    if (mean <= median) return mean
    sum -= values[i]!
  }
  return values[last]!
}

function allPatches(planes: readonly Plane[], side: number, step: number): TexturedPatches {
  const places = (length: number) => Math.max(0, Math.ceil((length - side + 1) / step))
  const count = planes.reduce((sum, { height, width }) => sum + places(height) * places(width), 0)
  const [plane, place] = [new Uint32Array(count), new Uint32Array(count)]
  const texture = new Float32Array(count)
  let next = 0
  planes.forEach((one, p) => {
    const sums = summedSquares(one)
    const stride = one.width + 1
    for (let y = 0; y + side <= one.height; y += step)
      for (let x = 0; x + side <= one.width; x += step, next++) {
        const [top, bottom] = [y * stride + x, (y + side) * stride + x]
        plane[next] = p
        place[next] = y * one.width + x
        texture[next] = sums[bottom + side]! - sums[bottom]! - sums[top + side]! + sums[top]!
      }
  })
  return { plane, place, texture }
}

/** The summed-area table of squared differences between the pixels left and right, and above and below. */
function summedSquares({ height, width, data }: Plane): Float64Array {
  const sums = new Float64Array((height + 1) * (width + 1))
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width]
    let row = 0
    for (let x = 0; x < width; x++) {
      const across = data[y * width + Math.min(width - 1, x + 1)]! - data[y * width + Math.max(0, x - 1)]!
      const down = data[below + x]! - data[above + x]!
      row += across * across + down * down
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row
    }
  }
  return sums
}

function withTextureUpTo({ plane, place, texture }: TexturedPatches, most: number): TexturedPatches {
  const kept = new Uint32Array(texture.length)
  let count = 0
  for (let i = 0; i < texture.length; i++) if (texture[i]! <= most) kept[count++] = i
  const fewer = {
    plane: new Uint32Array(count),
    place: new Uint32Array(count),
    texture: new Float32Array(count),
  }
  for (let i = 0; i < count; i++) {
    const from = kept[i]!
    fewer.plane[i] = plane[from]!
    fewer.place[i] = place[from]!
    fewer.texture[i] = texture[from]!
  }
  return fewer
}

/** side² × side², of patches spread evenly over those that there are; and the mean of each. */
function covarianceOf(
  planes: readonly Plane[],
  { plane, place }: Patches,
  side: number,
  most: number,
): { covariance: Matrix; means: Float32Array } {
  const size = side * side
  const count = Math.min(place.length, most)
  const means = new Float32Array(count)
  const totals = new Float64Array(size)
  // A column holds one place of all patches: products of two columns are sums along memory.
  const values = new Float64Array(size * count)
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i * place.length) / count)
    const { data, width } = planes[plane[at]!]!
    let sum = 0
    for (let y = 0, k = 0; y < side; y++)
      for (let x = 0, from = place[at]! + y * width; x < side; x++, k++) {
        const value = data[from + x]!
        values[k * count + i] = value
        totals[k]! += value
        sum += value
      }
    means[i] = sum / size
  }
  const columns = Array.from({ length: size }, (_, k) => values.subarray(k * count, (k + 1) * count))
  const covariance = Matrix.zeros(size, size)
  const products = new Float64Array(4)
  for (let a = 0; a < size; a++)
    for (let first = a; first < size; first += 4) {
      dots(columns[a]!, columns, first, products)
      for (let b = first; b < Math.min(size, first + 4); b++) {
        const value = products[b - first]! / count - (totals[a]! / count) * (totals[b]! / count)
        covariance.set(a, b, value)
        covariance.set(b, a, value)
      }
    }
  return { covariance, means }
}

/** Products of a column with four others from `first` on, or with those that there are: what is read once is used in all. */
function dots(
  a: Float64Array,
  columns: readonly Float64Array[],
  first: number,
  products: Float64Array,
): void {
  const last = columns.length - 1
  const [b, c] = [columns[first]!, columns[Math.min(last, first + 1)]!]
  const [d, e] = [columns[Math.min(last, first + 2)]!, columns[Math.min(last, first + 3)]!]
  let [p, q, r, s] = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const value = a[i]!
    p += value * b[i]!
    q += value * c[i]!
    r += value * d[i]!
    s += value * e[i]!
  }
  products[0] = p
  products[1] = q
  products[2] = r
  products[3] = s
}
