import type { NoiseSpec } from '../../../shared/noise'
import type { Random } from './random'

/** Draws fields and strengths for batches. */
export interface CorruptionSource {
  /** Strengths of an image. */
  readonly levels: 1 | 2
  /** @param pixels the clean bytes, batch × inputs. Fills `field` (batch × inputs) and `strength` (batch × levels). */
  draw(random: Random, pixels: Uint8Array, field: Float32Array, strength: Float32Array): void
}

/** An image's own strength, uniform over the range. */
export function drawStrength({ min, max }: NoiseSpec, random: Random): number {
  return min === max ? min : min + (max - min) * random.uniform()
}
