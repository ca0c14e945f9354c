import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number
  /** Uniform in 0 .. n − 1. */
  below(n: number): number
  /** Standard normal. */
  normal(): number
}

/**
 * A stream that depends on its keys only: each epoch and each batch has its own, so that training can go on anywhere
 * without replaying what came before.
 */
export function randomStream(...keys: readonly number[]): Random {
  const generator = xoroshiro128plus(keys.reduce(mix, 0x9e3779b9) | 0)
  const uniform = () => (generator.next() >>> 0) / 2 ** 32
  let spare: number | null = null
  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    // Marsaglia & Bray 1964, the polar method: two at a time.
    normal() {
      if (spare !== null) {
        const value = spare
        spare = null
        return value
      }
      for (;;) {
        const x = 2 * uniform() - 1
        const y = 2 * uniform() - 1
        const s = x * x + y * y
        if (s >= 1 || s === 0) continue
        const scale = Math.sqrt((-2 * Math.log(s)) / s)
        spare = y * scale
        return x * scale
      }
    },
  }
}

/** One round of MurmurHash3 (Appleby 2011): neighbouring keys give unrelated streams. */
function mix(hash: number, key: number): number {
  let k = Math.imul(key | 0, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  let h = hash ^ k
  h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Purposes, so that no two of them share a stream. */
export const streams = {
  split: 1,
  shuffle: 2,
  noise: 3,
  table: 4,
  initialize: 5,
  samples: 6,
  validation: 7,
  patches: 8,
  augmentation: 9,
} as const

/** Fisher-Yates, in place. */
export function shuffle<T extends Uint32Array | unknown[]>(values: T, random: Random): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const kept = values[i]!
    values[i] = values[j]!
    values[j] = kept
  }
  return values
}
