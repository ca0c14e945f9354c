import { type InputShape, inputSize } from '../../../shared/modelSpec'
import {
  type NoiseKind,
  type NoisePart,
  noiseParts,
  type NoiseSpec,
  sensorNoise,
  toldLevel,
} from '../../../shared/noise'
import { corruptions } from '../restoration/corruptions'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import type { Random } from './random'

/** Those that the graph, or a source of their own, makes where they are alone. */
const onTheirOwn: readonly NoiseKind[] = [...sensorNoise, 'damage', 'pairs']

/** Whether images are corrupted one by one, by several kinds or by one that changes them as a whole. */
export const isOnWholeImages = (noise: NoiseSpec): boolean =>
  noise.also !== undefined || noise.chance !== undefined || !onTheirOwn.includes(noise.kind)

/**
 * Corruptions that follow each other on each image, each with its chance. The field is the corrupted image itself, and what a
 * model is told is the level of the first that the image got.
 *
 * @param sourceOf gives the source of a kind that is not made image by image
 */
export function imageCorruption(
  noise: NoiseSpec,
  shape: InputShape,
  sourceOf: (part: NoiseSpec) => CorruptionSource,
): CorruptionSource {
  const inputs = inputSize(shape)
  const parts = noiseParts(noise).map((part) => ({ part, apply: applierOf(part, shape, sourceOf) }))
  return {
    levels: 1,
    draw(random, pixels, field, strength) {
      for (let image = 0; image < strength.length; image++) {
        const own = field.subarray(image * inputs, (image + 1) * inputs)
        for (let i = 0; i < inputs; i++) own[i] = pixels[image * inputs + i]! / 255
        let told: number | null = null
        for (const { part, apply } of parts) {
          if (part.chance !== undefined && random.uniform() >= part.chance) continue
          const drawn = drawStrength(part, random)
          apply(own, drawn, random)
          told ??= toldLevel(part.kind, drawn)
        }
        strength[image] = told ?? 0
      }
    },
  }
}

type Apply = (image: Float32Array, strength: number, random: Random) => void

function applierOf(
  { kind }: NoisePart,
  shape: InputShape,
  sourceOf: (part: NoiseSpec) => CorruptionSource,
): Apply {
  const corruption = corruptions[kind]
  if (corruption) return (image, strength, random) => corruption(image, shape, strength, random)
  // Kinds with a source of their own take bytes, as a file would hold the image.
  return (image, strength, random) => {
    const bytes = Uint8Array.from(image, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
    sourceOf({ kind, min: strength, max: strength }).draw(random, bytes, image, new Float32Array(1))
  }
}
