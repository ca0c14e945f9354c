import { assertNever } from '../../../shared/errors'
import type { NoiseKind, NoiseSpec } from '../../../shared/noise'
import { createCorruptionSource } from './corruption'
import { randomStream, streams } from './random'

/**
 * Corrupted images one at a time: the draws of training and its arithmetic (`corrupt`), outside of a graph.
 * @param pixels count × inputs bytes @returns as many values, neither clipped nor rounded
 */
export function corruptPixels(
  pixels: Uint8Array,
  inputs: number,
  noise: NoiseSpec,
  seed: number,
): Float32Array {
  const count = pixels.length / inputs
  const field = new Float32Array(pixels.length)
  const strength = new Float32Array(count)
  const source = createCorruptionSource(noise, inputs, seed)
  source.draw(randomStream(seed, streams.samples), pixels, field, strength)
  return Float32Array.from(pixels, (byte, i) =>
    corruptedValue(noise.kind, byte / 255, field[i]!, strength[Math.floor(i / inputs)]!),
  )
}

/** `corrupt` for one value. */
function corruptedValue(kind: NoiseKind, clean: number, field: number, strength: number): number {
  switch (kind) {
    case 'gaussian':
      return clean + (field * strength) / 255
    case 'speckle':
      return clean + clean * field * strength
    case 'masking':
      return field >= strength ? clean : 0
    case 'salt-and-pepper':
      return field >= strength ? clean : field >= strength / 2 ? 1 : 0
    case 'poisson':
      return field
    default:
      return assertNever(kind)
  }
}
