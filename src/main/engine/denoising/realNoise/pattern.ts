import type { Plane } from '../noiseEstimate'

/** Pixels apart at which a pattern comes back: nearer ones are alike in noise too, through demosaicing and JPEG. */
const [nearest, farthest] = [6, 40]

/**
 * Of how much is alike what neighbours differ by, at some distance: stripes, cloth and screens reach 0.5 to 1, squares of 160
 * pixels out of pictures of cameras 0.02 to 0.38, noise of any kind next to nothing.
 */
const comesBack = 0.45

/** Of a pattern whose period changes along the way, most parts of lines of this length come back by so much in themselves. */
const partLength = 64
const partComesBack = 0.75

/** Differences of neighbours smaller than this are shades, where nothing can be told. */
const leastVariance = 1e-7

/**
 * Whether a square holds a pattern that repeats, which the estimate of noise would take for noise: by the autocorrelation of
 * differences of neighbours, across and down.
 *
 * @param plane brightness, where 1 is white
 */
export function isPattern({ height, width, data }: Plane): boolean {
  const across = { lines: height, length: width, step: 1, apart: width }
  const down = { lines: width, length: height, step: width, apart: 1 }
  return repeats(data, across) || repeats(data, down) || repeatsInParts(data, across, down)
}

interface Lines {
  readonly lines: number
  readonly length: number
  /** From a pixel of a line to the next, and from a line to the next. */
  readonly step: number
  readonly apart: number
}

function repeats(data: Float32Array, { lines, length, step, apart }: Lines): boolean {
  const count = length - 1
  const differences = new Float32Array(lines * count)
  for (let line = 0, to = 0; line < lines; line++)
    for (let at = line * apart, i = 0; i < count; i++, at += step, to++)
      differences[to] = data[at + step]! - data[at]!
  const productAt = (lag: number) => {
    let sum = 0
    for (let line = 0; line < lines; line++)
      for (let i = line * count; i < (line + 1) * count - lag; i++)
        sum += differences[i]! * differences[i + lag]!
    return sum / (lines * (count - lag))
  }
  const variance = productAt(0)
  if (variance < leastVariance) return false
  for (let lag = nearest; lag <= Math.min(farthest, count - 1); lag++)
    if (productAt(lag) > comesBack * variance) return true
  return false
}

/** Whether lines come back in themselves in most of their parts, across or down. */
function repeatsInParts(data: Float32Array, ...directions: readonly Lines[]): boolean {
  return directions.some(({ lines, length, step, apart }) => {
    const found: number[] = []
    for (let line = 0; line < lines; line += 3)
      for (let from = 0; from + partLength < length; from += partLength) {
        const start = line * apart + from * step
        found.push(
          likenessOf(
            Float32Array.from(
              { length: partLength },
              (_, i) => data[start + (i + 1) * step]! - data[start + i * step]!,
            ),
          ),
        )
      }
    return found.length > 0 && found.toSorted((a, b) => a - b)[found.length >> 1]! > partComesBack
  })
}

/** The most that differences are like those some pixels further, 1 where they are the same. */
function likenessOf(differences: Float32Array): number {
  let most = 0
  for (let lag = nearest; lag <= differences.length / 2; lag++) {
    let [product, here, there] = [0, leastVariance * differences.length, leastVariance * differences.length]
    for (let i = 0; i + lag < differences.length; i++) {
      product += differences[i]! * differences[i + lag]!
      here += differences[i]! ** 2
      there += differences[i + lag]! ** 2
    }
    most = Math.max(most, product / Math.sqrt(here * there))
  }
  return most
}
