import { type InputShape, inputSize } from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'
import { type CorruptionSource, drawStrength } from './corruptionSource'
import type { Random } from './random'

type Painter = (image: Float32Array, other: Uint8Array, shape: InputShape, random: Random) => void

/**
 * Damage that a network learns to repair (Bauer & Müller 2025, "Autoencoders that learn to repair"): patches pasted out of
 * another image of the batch or from elsewhere in the same one, scratches, blobs, and patches of noise. An image gets as
 * many as its strength says: the whole part of it, and one more with the probability of the rest.
 *
 * The field is the damaged image itself.
 */
export function damage(noise: NoiseSpec, shape: InputShape): CorruptionSource {
  const inputs = inputSize(shape)
  return {
    levels: 1,
    draw(random, pixels, field, strength) {
      const count = strength.length
      for (let i = 0; i < field.length; i++) field[i] = pixels[i]! / 255
      for (let image = 0; image < count; image++) {
        const wanted = drawStrength(noise, random)
        strength[image] = wanted
        const times = Math.floor(wanted) + (random.uniform() < wanted % 1 ? 1 : 0)
        const damaged = field.subarray(image * inputs, (image + 1) * inputs)
        for (let k = 0; k < times; k++) {
          const other = random.below(count)
          const from = pixels.subarray(other * inputs, (other + 1) * inputs)
          painters[random.below(painters.length)]!(damaged, from, shape, random)
        }
      }
    },
  }
}

const painters: readonly Painter[] = [
  pastePatch,
  drawScratch,
  drawBlob,
  (image, _, shape, random) => noisyPatch(image, shape, random),
]

/** A side, from a sixteenth to a third of the image's. */
const sideOf = (length: number, random: Random) =>
  Math.max(2, Math.min(length, Math.round(length * (1 / 16 + random.uniform() * (1 / 3 - 1 / 16)))))

function rectangle({ width, height }: InputShape, random: Random) {
  const [w, h] = [sideOf(width, random), sideOf(height, random)]
  return { w, h, left: random.below(width - w + 1), top: random.below(height - h + 1) }
}

function pastePatch(image: Float32Array, other: Uint8Array, shape: InputShape, random: Random): void {
  const { w, h, left, top } = rectangle(shape, random)
  const [x0, y0] = [random.below(shape.width - w + 1), random.below(shape.height - h + 1)]
  const { width, channels } = shape
  for (let y = 0; y < h; y++)
    for (let i = 0; i < w * channels; i++)
      image[((top + y) * width + left) * channels + i] = other[((y0 + y) * width + x0) * channels + i]! / 255
}

function noisyPatch(image: Float32Array, shape: InputShape, random: Random): void {
  const { w, h, left, top } = rectangle(shape, random)
  const strength = 0.1 + 0.4 * random.uniform()
  const { width, channels } = shape
  for (let y = 0; y < h; y++)
    for (let i = 0; i < w * channels; i++) {
      const at = ((top + y) * width + left) * channels + i
      image[at] = Math.min(1, Math.max(0, image[at]! + strength * random.normal()))
    }
}

function colorOf(channels: number, random: Random): number[] {
  return Array.from({ length: channels }, () => random.uniform())
}

/** A line of one to three pixels, in one colour. */
function drawScratch(image: Float32Array, _: Uint8Array, shape: InputShape, random: Random): void {
  const { width, height } = shape
  const angle = random.uniform() * Math.PI
  const length = (0.2 + 0.5 * random.uniform()) * Math.min(width, height)
  const [x0, y0] = [random.uniform() * width, random.uniform() * height]
  const thickness = 0.5 + random.uniform()
  const color = colorOf(shape.channels, random)
  paintWhere(image, shape, color, 1, (x, y) => {
    const along = (x - x0) * Math.cos(angle) + (y - y0) * Math.sin(angle)
    const across = (y - y0) * Math.cos(angle) - (x - x0) * Math.sin(angle)
    return Math.abs(along) < length / 2 && Math.abs(across) < thickness
  })
}

/** An ellipse in one colour, through which some of the image may be seen. */
function drawBlob(image: Float32Array, _: Uint8Array, shape: InputShape, random: Random): void {
  const { width, height } = shape
  const [x0, y0] = [random.uniform() * width, random.uniform() * height]
  const [rx, ry] = [sideOf(width, random) / 2, sideOf(height, random) / 2]
  const color = colorOf(shape.channels, random)
  const opacity = 0.4 + 0.6 * random.uniform()
  paintWhere(image, shape, color, opacity, (x, y) => ((x - x0) / rx) ** 2 + ((y - y0) / ry) ** 2 < 1)
}

function paintWhere(
  image: Float32Array,
  { width, height, channels }: InputShape,
  color: readonly number[],
  opacity: number,
  isInside: (x: number, y: number) => boolean,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!isInside(x + 0.5, y + 0.5)) continue
      for (let c = 0; c < channels; c++) {
        const at = (y * width + x) * channels + c
        image[at] = image[at]! + opacity * (color[c]! - image[at]!)
      }
    }
}
