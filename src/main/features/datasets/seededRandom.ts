import { createHash } from 'node:crypto'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/**
 * A generator of its own for each thing: what it draws depends on the seed and on this key only, not on what else is
 * drawn or in which order. Hashed, since the first draws of neighbouring seeds resemble each other.
 */
export function randomFor(seed: number, key: string | number): RandomGenerator {
  return xoroshiro128plus(createHash('sha256').update(`${seed}:${key}`).digest().readInt32LE())
}
