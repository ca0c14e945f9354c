import { assertNever } from '../../../shared/errors'
import type { NoiseKind, NoiseSpec } from '../../../shared/noise'
import { add, atLeast, mul, sub } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import { BATCH, type Tensor, type TensorData } from '../graph/tensor'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import { poissonNoise } from './poisson'
import { randomStream, streams } from './random'

/**
 * Corruption has two halves. The graph does the arithmetic on every pixel; what is fed is one random field a batch
 * (float32, batch × inputs) and a strength for each image (batch × 1). Fields are cut from a table of random numbers at
 * random places, which costs a copy instead of a hundred thousand draws a step.
 */
export interface CorruptionInputs {
  readonly field: Tensor
  readonly strength: Tensor
}

/** Placeholders `PREFIX.field` and `PREFIX.strength`. */
export function corruptionInputs(prefix: string, inputs: number): CorruptionInputs {
  return {
    field: placeholder(`${prefix}.field`, [BATCH, inputs]),
    strength: placeholder(`${prefix}.strength`, [BATCH, 1]),
  }
}

/** The corrupted input, neither clipped nor rounded. See shared/noise.ts for the kinds and their units. */
export function corrupt(kind: NoiseKind, clean: Tensor, { field, strength }: CorruptionInputs): Tensor {
  switch (kind) {
    case 'gaussian':
      return add(clean, mul(field, mul(strength, 1 / 255)))
    case 'speckle':
      return add(clean, mul(mul(clean, field), strength))
    case 'masking':
      return mul(clean, atLeast(field, strength))
    case 'salt-and-pepper': {
      // Below s/2 pepper (0), below s salt (1), else the image.
      const kept = atLeast(field, strength)
      return add(mul(clean, kept), sub(atLeast(field, mul(strength, 0.5)), kept))
    }
    case 'poisson':
      // The counts depend on the image, so the field is the corrupted image itself.
      return field
    default:
      return assertNever(kind)
  }
}

/** As floats: 4 MB of table, and never fewer than sixteen images' worth. */
const tableSize = (inputs: number) => Math.max(1 << 20, 16 * inputs)

/** @param inputs values of one image */
export function createCorruptionSource(noise: NoiseSpec, inputs: number, seed: number): CorruptionSource {
  if (noise.kind === 'poisson') return poissonNoise(noise, seed)
  const random = randomStream(seed, streams.table)
  const table = new Float32Array(tableSize(inputs))
  const isNormal = noise.kind === 'gaussian' || noise.kind === 'speckle'
  for (let i = 0; i < table.length; i++) table[i] = isNormal ? random.normal() : random.uniform()
  return {
    draw(random, _, field, strength) {
      for (let image = 0; image < strength.length; image++) {
        const start = random.below(table.length - inputs + 1)
        field.set(table.subarray(start, start + inputs), image * inputs)
        strength[image] = drawStrength(noise, random)
      }
    },
  }
}

/** What a function with `corruptionInputs(prefix)` is fed. */
export function corruptionFeeds(
  prefix: string,
  count: number,
  field: Float32Array,
  strength: Float32Array,
): Record<string, TensorData> {
  return {
    [`${prefix}.field`]: { shape: [count, field.length / count], data: field },
    [`${prefix}.strength`]: { shape: [count, 1], data: strength },
  }
}
