import { brightnessQuantisers } from '../synthesis/jpeg'

export interface JpegGrid {
  /** As libjpeg counts it. */
  readonly quality: number
  /** Where the first whole block begins. */
  readonly top: number
  readonly left: number
}

interface Brightness {
  readonly height: number
  readonly width: number
  /** Row-major, 0..255. */
  readonly data: Float32Array
}

/** Above it a JPEG looks like its original. */
const goodQuality = 92
const mostBlocks = 1500
/** Differences across the edges of blocks are so many times those beside them, where there is a grid. */
const leastStep = 1.03

/**
 * Whether a picture was a JPEG: at the edges of its blocks of 8 × 8 the brightness changes otherwise than within, and what the
 * blocks' cosines amount to are multiples of a quantiser. Fan & de Queiroz 2003, "Identification of bitmap compression
 * history", does so by likelihood.
 *
 * @returns null where there is no grid, or its quality leaves nothing to mend
 */
export function findJpegGrid(picture: Brightness): JpegGrid | null {
  if (picture.height < 24 || picture.width < 24) return null
  const left = offsetOf(stepsAcross(picture, 'column'))
  const top = offsetOf(stepsAcross(picture, 'row'))
  if (left === null && top === null) return null
  const found = { top: top ?? 0, left: left ?? 0 }
  const quality = qualityOf(coefficients(picture, found))
  return quality === null || quality > goodQuality ? null : { quality, ...found }
}

/** Mean second differences at each of the eight places of a grid. */
function stepsAcross({ height, width, data }: Brightness, direction: 'row' | 'column'): Float64Array {
  const sums = new Float64Array(8)
  const counts = new Float64Array(8)
  const [step, size] = direction === 'column' ? [1, width] : [width, height]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const place = direction === 'column' ? x : y
      if (place < 2 || place > size - 2) continue
      const i = y * width + x
      const jump = Math.abs(
        data[i]! -
          data[i - step]! -
          (data[i - step]! - data[i - 2 * step]! + (data[Math.min(data.length - 1, i + step)]! - data[i]!)) /
            2,
      )
      // An edge of the picture itself says nothing.
      sums[place % 8]! += Math.min(jump, 24)
      counts[place % 8]! += 1
    }
  return sums.map((sum, i) => sum / Math.max(1, counts[i]!))
}

function offsetOf(steps: Float64Array): number | null {
  const largest = steps.indexOf(Math.max(...steps))
  const others = steps.filter((_, i) => i !== largest).toSorted()
  const isThere = steps[largest]! > leastStep * others.at(-1)! && steps[largest]! > 1.08 * others[3]!
  return isThere ? largest : null
}

const basis = Float64Array.from({ length: 64 }, (_, i) => {
  const [u, x] = [i >> 3, i & 7]
  return Math.sqrt((u === 0 ? 1 : 2) / 8) * Math.cos(((2 * x + 1) * u * Math.PI) / 16)
})

/** The low cosines that say most: (0,1), (1,0), (1,1), (0,2), (2,0), (1,2), (2,1), (2,2), row × 8 + column. */
const telling = [1, 8, 9, 2, 16, 10, 17, 18]

/** Of each block, the cosines of `telling`; of clipped blocks none. */
function coefficients(
  { height, width, data }: Brightness,
  { top, left }: { top: number; left: number },
): Float64Array[] {
  const places: [number, number][] = []
  for (let y = top; y + 8 <= height; y += 8) for (let x = left; x + 8 <= width; x += 8) places.push([y, x])
  const every = Math.max(1, Math.floor(places.length / mostBlocks))
  const blocks: Float64Array[] = []
  for (let p = 0; p < places.length; p += every) {
    const [y0, x0] = places[p]!
    let isClipped = false
    const values = new Float64Array(telling.length)
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) {
        const value = data[(y0 + y) * width + x0 + x]!
        if (value <= 0.5 || value >= 254.5) isClipped = true
        telling.forEach(
          (at, k) => (values[k]! += value * basis[(at >> 3) * 8 + y]! * basis[(at & 7) * 8 + x]!),
        )
      }
    if (!isClipped) blocks.push(values)
  }
  return blocks
}

/**
 * The lowest quality at which cosines that are not zero lie close to multiples of the quantisers, closer than chance would
 * put them.
 */
function qualityOf(blocks: readonly Float64Array[]): number | null {
  if (blocks.length < 8) return null
  let best: { quality: number; score: number } | null = null
  for (let quality = 3; quality <= 98; quality++) {
    const table = brightnessQuantisers(quality)
    let [sum, count] = [0, 0]
    telling.forEach((at, k) => {
      const step = table[at]!
      if (step < 3) return
      for (const values of blocks) {
        const ratio = Math.abs(values[k]! / step)
        if (ratio < 0.5) continue
        // 0 at a multiple, 1 on the average of chance. Rounding to bytes puts cosines off by some tenths.
        sum += Math.min(1, (4 * Math.abs(ratio - Math.round(ratio))) ** 2 * 0.75)
        count++
      }
    })
    if (count < 20) continue
    const score = sum / count
    // Half a quantiser fits as well: of the same fit the coarser one is it.
    if (score < 0.45 && (best === null || score < 0.8 * best.score)) best = { quality, score }
  }
  return best?.quality ?? null
}
