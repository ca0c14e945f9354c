import type { Plane } from '../noiseEstimate'

/** Pixels apart at which a pattern comes back: nearer ones are alike in noise too, through demosaicing and JPEG. */
const [nearest, farthest] = [6, 40]

/**
 * Of how much is alike what neighbours differ by, at some distance: stripes, cloth and screens reach 0.5 to 1, squares of 160
 * pixels out of pictures of cameras 0.02 to 0.38, noise of any kind next to nothing.
 */
const comesBack = 0.45

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
  return repeats(data, across) || repeats(data, down)
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
