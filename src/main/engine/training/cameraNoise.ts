import type { InputShape } from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'
import { type ColorImage, emptyImage } from '../synthesis/colorImage'
import { noiseLevelsOf } from '../synthesis/levels'
import { withRealNoise } from '../synthesis/realNoise'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import { randomStream, streams } from './random'

const tableSize = 1 << 20

/** Levels that are told differ from those that there are by a factor e^(n · deviation), as estimates do. */
const deviation = 0.2

/**
 * Noise as files bring it: see withRealNoise. The field is the corrupted image itself. Models that are told two levels get
 * those of brightness and of differences of colours, others that of brightness.
 */
export function cameraNoise(
  noise: NoiseSpec,
  shape: InputShape,
  levels: number,
  seed: number,
): CorruptionSource {
  const table = normalNumbers(seed)
  const told = levels === 2 ? 2 : 1
  return {
    levels: told,
    draw(random, pixels, field, strength) {
      const inputs = shape.height * shape.width * shape.channels
      for (let image = 0; image * inputs < pixels.length; image++) {
        const own = pixels.subarray(image * inputs, (image + 1) * inputs)
        const clean = fromPixels(own, shape)
        let next = random.below(table.length)
        const normal = () => table[next++ & (tableSize - 1)]!
        const { noisy } = withRealNoise(clean, random, drawStrength(noise, random), normal)
        toValues(noisy, shape, field.subarray(image * inputs, (image + 1) * inputs))
        const { brightness, color } = noiseLevelsOf(clean, noisy)
        const stray = () => Math.exp(deviation * random.normal())
        strength[image * told] = brightness * stray()
        if (told === 2) strength[image * told + 1] = color * stray()
      }
    },
  }
}

/** Cut from a table at random places: drawing each anew would take longer than a step of training. */
function normalNumbers(seed: number): Float32Array {
  const random = randomStream(seed, streams.table)
  return Float32Array.from({ length: tableSize }, () => random.normal())
}

/** A grey image has all its colours alike. @param pixels height × width × channels */
function fromPixels(pixels: Uint8Array, { height, width, channels }: InputShape): ColorImage {
  const image = emptyImage(height, width)
  image.planes.forEach((plane, c) => {
    const channel = channels === 1 ? 0 : c
    for (let i = 0, at = channel; i < plane.length; i++, at += channels) plane[i] = pixels[at]! / 255
  })
  return image
}

/** Of a grey image, what its brightness has become. */
function toValues(
  { planes: [red, green, blue] }: ColorImage,
  { channels }: InputShape,
  into: Float32Array,
): void {
  for (let i = 0, at = 0; i < red.length; i++, at += channels) {
    if (channels === 1) {
      into[at] = (red[i]! + green[i]! + blue[i]!) / 3
      continue
    }
    into[at] = red[i]!
    into[at + 1] = green[i]!
    into[at + 2] = blue[i]!
  }
}
