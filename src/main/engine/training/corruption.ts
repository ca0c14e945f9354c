import { assertNever } from '../../../shared/errors'
import { type InputShape, inputSize } from '../../../shared/modelSpec'
import type { NoiseKind, NoiseSpec } from '../../../shared/noise'
import { imageCorruption, isOnWholeImages } from './imageCorruption'
import { add, atLeast, mul, sub } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import { slice } from '../graph/ops/slice'
import { BATCH, type Tensor, type TensorData } from '../graph/tensor'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import { damage } from './damage'
import { cameraNoise } from './cameraNoise'
import { poissonNoise } from './poisson'
import { randomStream, streams } from './random'

/**
 * Corruption has two halves. The graph does the arithmetic on every pixel; what is fed is one random field a batch
 * (float32, batch × inputs) and a strength for each image (batch × 1; batch × 2 for models that are told two noise levels). Fields are cut from a table of random numbers at
 * random places, which costs a copy instead of a hundred thousand draws a step.
 */
export interface CorruptionInputs {
  readonly field: Tensor
  readonly strength: Tensor
}

/** Placeholders `PREFIX.field` and `PREFIX.strength`. */
export function corruptionInputs(prefix: string, inputs: number, levels = 1): CorruptionInputs {
  return {
    field: placeholder(`${prefix}.field`, [BATCH, inputs]),
    strength: placeholder(`${prefix}.strength`, [BATCH, levels]),
  }
}

/** The corrupted input, neither clipped nor rounded. See shared/noise.ts for the kinds and their units. */
export function corrupt(kind: NoiseKind, clean: Tensor, given: CorruptionInputs): Tensor {
  const { field } = given
  const strength = firstLevel(given.strength)
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
    case 'camera':
    case 'damage':
    case 'jpeg':
    case 'holes':
    case 'scratches':
    case 'text':
    case 'lines':
    case 'dust':
    case 'blur':
    case 'motion':
    case 'defocus':
    case 'low-resolution':
    case 'fading':
    case 'pairs':
    case 'poisson':
      // The counts depend on the image, so the field is the corrupted image itself.
      return field
    default:
      return assertNever(kind)
  }
}

/** What the graph does for a noise: where the field is the corrupted image itself, any kind that takes it so. */
export const graphKind = (noise: NoiseSpec): NoiseKind => (isOnWholeImages(noise) ? 'damage' : noise.kind)

/** As floats: 4 MB of table, and never fewer than sixteen images' worth. */
const tableSize = (inputs: number) => Math.max(1 << 20, 16 * inputs)

/** Where there are two levels, that of all. A batch as columns has one. */
const firstLevel = (strength: Tensor) => (strength.shape.at(-1) === 2 ? slice(strength, 1, 0, 1) : strength)

/** @param levels of noise that the model is told: see noiseLevels */
export function createCorruptionSource(
  noise: NoiseSpec,
  shape: InputShape,
  levels: number,
  seed: number,
): CorruptionSource {
  const source = createSource(noise, shape, levels, seed)
  if (levels < 2 || source.levels === 2) return source
  // Other kinds are as strong in colours as they are in brightness.
  return {
    levels: 2,
    draw(random, pixels, field, strength) {
      const count = strength.length / 2
      source.draw(random, pixels, field, strength.subarray(0, count))
      for (let image = count - 1; image >= 0; image--)
        strength.fill(strength[image]!, 2 * image, 2 * image + 2)
    },
  }
}

function createSource(noise: NoiseSpec, shape: InputShape, levels: number, seed: number): CorruptionSource {
  const inputs = inputSize(shape)
  if (isOnWholeImages(noise))
    return imageCorruption(noise, shape, (part) => createSource(part, shape, 1, seed))
  if (noise.kind === 'camera') return cameraNoise(noise, shape, levels, seed)
  if (noise.kind === 'poisson') return poissonNoise(noise, seed)
  if (noise.kind === 'damage') return damage(noise, shape)
  if (noise.kind === 'pairs') return asTheyAre
  const random = randomStream(seed, streams.table)
  const table = new Float32Array(tableSize(inputs))
  const isNormal = noise.kind === 'gaussian' || noise.kind === 'speckle'
  for (let i = 0; i < table.length; i++) table[i] = isNormal ? random.normal() : random.uniform()
  return {
    levels: 1,
    draw(random, _, field, strength) {
      for (let image = 0; image < strength.length; image++) {
        const start = random.below(table.length - inputs + 1)
        field.set(table.subarray(start, start + inputs), image * inputs)
        strength[image] = drawStrength(noise, random)
      }
    },
  }
}

/** Where images come without their damaged pictures, they stay clean. */
const asTheyAre: CorruptionSource = {
  levels: 1,
  draw(_, pixels, field, strength) {
    for (let i = 0; i < field.length; i++) field[i] = pixels[i]! / 255
    strength.fill(0)
  },
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
    [`${prefix}.strength`]: { shape: [count, strength.length / count], data: strength },
  }
}
