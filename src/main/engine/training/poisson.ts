import type { NoiseSpec } from '../../../shared/noise'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import { randomStream, streams } from './random'

/** Quantiles kept for each of the 256 grey values. */
const samples = 4096
/** Random sample numbers, of which an image takes a stretch: as with the fields of the other kinds. */
const pickCount = 1 << 20
/** Strengths that a range is rounded to, evenly spaced in the logarithm. */
const steps = 8

/**
 * Shot noise P(x·s)/s. For each strength and grey value there is a table of the distribution's quantiles, of which each pixel
 * takes one at random: inversion (Devroye 1986, "Non-Uniform Random Variate Generation", III.2), fast enough to keep up
 * with training.
 */
export function poissonNoise(noise: NoiseSpec, seed: number): CorruptionSource {
  const tables = new Map<number, Float32Array>()
  let picks: Uint16Array | null = null
  const picksFor = (inputs: number) => {
    const size = Math.max(pickCount, 16 * inputs)
    const random = randomStream(seed, streams.table, steps)
    return (picks ??= Uint16Array.from({ length: size }, () => random.below(samples)))
  }
  const tableFor = (step: number) => {
    let table = tables.get(step)
    if (!table) tables.set(step, (table = quantileTable(photonsAt(noise, step))))
    return table
  }
  return {
    levels: 1,
    draw(random, pixels, field, strength) {
      const inputs = field.length / strength.length
      for (let image = 0; image < strength.length; image++) {
        const step = stepOf(noise, drawStrength(noise, random))
        strength[image] = photonsAt(noise, step)
        const table = tableFor(step)
        const taken = picksFor(inputs)
        const start = random.below(taken.length - inputs + 1)
        for (let i = 0, at = image * inputs; i < inputs; i++, at++)
          field[at] = table[pixels[at]! * samples + taken[start + i]!]!
      }
    },
  }
}

/** The nearest of `steps` strengths. */
function stepOf({ min, max }: NoiseSpec, strength: number): number {
  return min === max ? 0 : Math.round(((steps - 1) * Math.log(strength / min)) / Math.log(max / min))
}

function photonsAt({ min, max }: NoiseSpec, step: number): number {
  return min * (max / min) ** (step / (steps - 1))
}

function quantileTable(photons: number): Float32Array {
  const table = new Float32Array(256 * samples)
  for (let grey = 0; grey < 256; grey++) {
    const values = table.subarray(grey * samples, (grey + 1) * samples)
    poissonQuantiles((grey / 255) * photons, values)
    for (let i = 0; i < samples; i++) values[i]! /= photons
  }
  return table
}

/** Below so many standard deviations, and as many more, nothing is counted. */
const farthest = 10

/** The quantiles of a Poisson distribution in the middles of as many equal parts as there is room for, in rising order. */
export function poissonQuantiles(mean: number, into: Float32Array): void {
  if (mean === 0) {
    into.fill(0)
    return
  }
  let k = Math.max(0, Math.floor(mean - farthest * (1 + Math.sqrt(mean))))
  let probability = Math.exp(k * Math.log(mean) - mean - logFactorial(k))
  for (let i = 0, sum = probability; i < into.length; i++) {
    for (const wanted = (i + 0.5) / into.length; sum < wanted; sum += probability) probability *= mean / ++k
    into[i] = k
  }
}

/** ln k!, by Stirling's series where it is exact to float64 or nearly. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1
    for (let i = 2; i <= k; i++) product *= i
    return Math.log(product)
  }
  const x = k + 1
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
}
