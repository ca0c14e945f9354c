import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** Points of the lattice that a noise repeats after. */
const period = 64

/** A value in 0..1 for each place of the plane. */
export type Field = (x: number, y: number) => number

/** Value noise: random values on a lattice, and smooth between them. */
export function valueNoise(random: RandomGenerator): Field {
  const lattice = Float32Array.from({ length: period * period }, () => uniformInt(random, 0, 65_535) / 65_535)
  const at = (column: number, row: number) => lattice[wrapped(row) * period + wrapped(column)]!
  return (x, y) => {
    const column = Math.floor(x)
    const row = Math.floor(y)
    const across = smooth(x - column)
    const down = smooth(y - row)
    const above = mix(at(column, row), at(column + 1, row), across)
    const below = mix(at(column, row + 1), at(column + 1, row + 1), across)
    return mix(above, below, down)
  }
}

/** Several octaves of a noise, each twice as fine and half as strong as the one before. */
export function clouds(noise: Field, octaves: number): Field {
  return (x, y) => {
    let sum = 0
    let weights = 0
    for (let octave = 0; octave < octaves; octave++) {
      const scale = 2 ** octave
      sum += noise(x * scale + 17 * octave, y * scale) / scale
      weights += 1 / scale
    }
    return sum / weights
  }
}

export const mix = (a: number, b: number, share: number): number => a + (b - a) * share

/** 3t² − 2t³: level at both ends. */
export const smooth = (t: number): number => t * t * (3 - 2 * t)

/** 0 below `low`, 1 above `high`, smooth between. */
export function step(low: number, high: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - low) / (high - low))))
}

const wrapped = (index: number) => ((index % period) + period) % period
