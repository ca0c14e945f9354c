import type { Plane } from '../noiseEstimate'
import { blocksOf, type FlatBlocks } from './blocks'

/** Brightness (R + G + B) / 3 and the two differences of colours of a part of a picture; values where 1 is white. */
export type PictureParts = readonly (readonly [Plane, Plane, Plane])[]

/** The picture at full, half and quarter size: noise that a camera smoothed is left at the smaller ones, white noise halves. */
const scales = 3
const quantiles = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75]
/** The flattest blocks, in which most of what varies is noise. */
const flatShare = 0.1
/** Of the logarithm of deviations on the 0-255 scale: less than rounding makes is all the same. */
const floor = 0.1

/**
 * What tells noise from detail, of a picture of any size: of each plane and scale, how much blocks vary, from the flattest on,
 * and how alike neighbours are in the flattest; how planes go together there; how they vary in dark and bright places; and what
 * the grid of a JPEG leaves. Deviations as logarithms.
 *
 * @returns null for a picture too small to tell
 */
export function noiseFeatures(parts: PictureParts): Float32Array | null {
  const features: number[] = []
  let shrunk = parts.map((planes) => planes.map((plane) => plane))
  for (let scale = 0; scale < scales; scale++) {
    for (let p = 0; p < 3; p++) {
      const blocks = blocksOf(
        shrunk.map((planes) => planes[p]!),
        p === 0,
      )
      if (blocks.count < 8) return null
      features.push(...variation(blocks), ...likeness(blocks))
      if (p === 0 && scale === 0)
        features.push(...byBrightness(blocks), ...gridOf(parts.map(([first]) => first)))
    }
    shrunk = shrunk.map((planes) => planes.map(halved))
  }
  return Float32Array.from(features)
}

const logOf = (deviation: number) => Math.log(255 * deviation + floor)

function variation({ deviations, order }: FlatBlocks): number[] {
  const at = quantiles.map((share) => deviations[order[Math.floor(share * (order.length - 1))]!]!)
  const still = deviations.reduce((count, one) => count + (one < 1e-4 ? 1 : 0), 0) / deviations.length
  return [...at.map(logOf), still]
}

/** Correlation of neighbours across, down and two pixels apart, in the flattest blocks. */
function likeness({ order, correlations }: FlatBlocks): number[] {
  const count = Math.max(4, Math.floor(flatShare * order.length))
  const sums = [0, 0, 0, 0]
  for (let i = 0; i < count; i++)
    for (let k = 0; k < 4; k++) sums[k]! += correlations[4 * order[Math.min(i, order.length - 1)]! + k]!
  return [1, 2, 3].map((k) => (sums[0]! > 1e-9 ? sums[k]! / sums[0]! : 0))
}

/** How much the flattest blocks vary in dark, middle and bright places, against all of them. */
function byBrightness({ deviations, order, means }: FlatBlocks): number[] {
  const all = logOf(deviations[order[Math.floor(flatShare * (order.length - 1))]!]!)
  return [0, 1, 2].map((third) => {
    const own = [...order].filter((block) => Math.min(2, Math.floor(3 * means[block]!)) === third)
    if (own.length < 8) return 0
    return logOf(deviations[own[Math.floor(flatShare * (own.length - 1))]!]!) - all
  })
}

/** How much larger differences are at the borders of 8 × 8 blocks than elsewhere, as a logarithm; the grid may begin anywhere. */
function gridOf(planes: readonly Plane[]): number[] {
  const [across, down] = [new Float64Array(8), new Float64Array(8)]
  for (const { height, width, data } of planes)
    for (let y = 1; y < height - 1; y++)
      for (let x = 1; x < width - 2; x++) {
        const i = y * width + x
        // Second differences: of shades there is nothing left.
        across[x & 7]! += Math.min(0.05, Math.abs(data[i - 1]! - data[i]! - data[i + 1]! + data[i + 2]!))
        if (y < height - 2)
          down[y & 7]! += Math.min(
            0.05,
            Math.abs(data[i - width]! - data[i]! - data[i + width]! + data[i + 2 * width]!),
          )
      }
  return [across, down].map((sums) => {
    const most = Math.max(...sums)
    const rest = (sums.reduce((sum, one) => sum + one, 0) - most) / 7
    return rest > 0 ? Math.log(most / rest) : 0
  })
}

/** Means of 2 × 2 pixels. */
export function halved({ height, width, data }: Plane): Plane {
  const [h, w] = [height >> 1, width >> 1]
  const half = new Float32Array(h * w)
  for (let y = 0, to = 0; y < h; y++)
    for (let x = 0, i = 2 * y * width; x < w; x++, i += 2, to++)
      half[to] = (data[i]! + data[i + 1]! + data[i + width]! + data[i + width + 1]!) / 4
  return { height: h, width: w, data: half }
}
