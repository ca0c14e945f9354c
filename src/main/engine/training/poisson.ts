import type { NoiseSpec } from '../../../shared/noise'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import { type Random, randomStream, streams } from './random'

/** Samples kept for each of the 256 grey values. */
const samples = 4096
/** Random sample numbers, of which an image takes a stretch: as with the fields of the other kinds. */
const pickCount = 1 << 20
/** Strengths that a range is rounded to, evenly spaced in the logarithm. */
const steps = 8

/**
 * Shot noise P(x·s)/s. For each strength and grey value a table of exact samples is drawn once; each pixel then takes
 * one of them at random, which is fast enough to keep up with training.
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
    // A stream for each step, whichever comes first: a resumed run meets them in another order.
    if (!table)
      tables.set(step, (table = drawTable(photonsAt(noise, step), randomStream(seed, streams.table, step))))
    return table
  }
  return {
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

function drawTable(photons: number, random: Random): Float32Array {
  const table = new Float32Array(256 * samples)
  for (let grey = 0; grey < 256; grey++)
    for (let i = 0; i < samples; i++)
      table[grey * samples + i] = poisson((grey / 255) * photons, random) / photons
  return table
}

/** One Poisson sample: products of uniforms for small means (Knuth), PTRS for large ones (Hörmann 1993). */
export function poisson(mean: number, random: Random): number {
  return mean < 10 ? byProducts(mean, random) : byTransformedRejection(mean, random)
}

function byProducts(mean: number, random: Random): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++
  return count
}

function byTransformedRejection(mean: number, random: Random): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
  const vr = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = random.uniform() - 0.5
    const v = random.uniform()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
    if (us >= 0.07 && v <= vr) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    const bound = k * Math.log(mean) - mean - logFactorial(k)
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= bound) return k
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
