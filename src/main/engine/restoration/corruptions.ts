import type { InputShape } from '../../../shared/modelSpec'
import { missing, type NoiseKind } from '../../../shared/noise'
import { emptyImage } from '../synthesis/colorImage'
import { greyThroughJpeg, throughJpeg } from '../synthesis/jpeg'
import type { Random } from '../training/random'
import { blurred, defocusSpread, gaussianSpread, motionSpread, type PointSpread } from './blurs'
import { missingPixels } from './missingPixels'
import { line, type Overlay, scratch, speck, word } from './overlays'
import { area, bicubic, lanczos3, resize } from './resample'

/** Changes an image in place: height × width × channels, where 1 is white. */
export type Corruption = (image: Float32Array, shape: InputShape, strength: number, random: Random) => void

/** The kinds of corruption that work on whole images, by kind. See shared/noise.ts for what each does. */
export const corruptions: Partial<Record<NoiseKind, Corruption>> = {
  gaussian: eachValue((x, s, random) => x + (random.normal() * s) / 255),
  speckle: eachValue((x, s, random) => x * (1 + random.normal() * s)),
  masking: eachValue((x, s, random) => (random.uniform() >= s ? x : 0)),
  'salt-and-pepper': eachValue((x, s, random) => {
    const drawn = random.uniform()
    return drawn >= s ? x : drawn >= s / 2 ? 1 : 0
  }),
  jpeg,
  holes(image, shape, share, random) {
    const mask = missingPixels(shape, share, random)
    for (let i = 0; i < image.length; i++) if (mask[Math.floor(i / shape.channels)] === 1) image[i] = missing
  },
  scratches: laidOver(scratch, (random) => (random.uniform() < 0.7 ? 0.75 + 0.25 * random.uniform() : 0.2)),
  text: laidOver(word, (random) => (random.uniform() < 0.5 ? 0 : 1)),
  lines: laidOver(line, (random) => random.uniform()),
  dust: laidOver(speck, (random) => (random.uniform() < 0.5 ? 0.1 : 0.9)),
  blur: spreadOut((sigma) => gaussianSpread(sigma)),
  motion: spreadOut((length, random) => motionSpread(length, Math.PI * random.uniform())),
  defocus: spreadOut((radius) => defocusSpread(radius)),
  'low-resolution': lowResolution,
  fading,
}

function eachValue(change: (x: number, strength: number, random: Random) => number): Corruption {
  return (image, _, strength, random) => {
    for (let i = 0; i < image.length; i++) image[i] = change(image[i]!, strength, random)
  }
}

function jpeg(image: Float32Array, shape: InputShape, strength: number, random: Random): void {
  const { height, width, channels } = shape
  const settings = { quality: Math.round(strength), top: random.below(16), left: random.below(16) }
  if (channels === 1) {
    image.set(greyThroughJpeg(image, shape, settings))
    return
  }
  const color = emptyImage(height, width)
  color.planes.forEach((plane, c) => plane.forEach((_, i) => (plane[i] = image[i * channels + c]!)))
  const { planes } = throughJpeg(color, { ...settings, halvesColor: true })
  planes.forEach((plane, c) => plane.forEach((value, i) => (image[i * channels + c] = value)))
}

/**
 * As many overlays as the strength says: the whole part of it, and one more with the probability of the rest. Each has one
 * colour, and what it covers is mixed with it.
 */
function laidOver(
  draw: (height: number, width: number, random: Random) => Overlay,
  brightness: (random: Random) => number,
): Corruption {
  return (image, { height, width, channels }, strength, random) => {
    const times = Math.floor(strength) + (random.uniform() < strength % 1 ? 1 : 0)
    for (let k = 0; k < times; k++) {
      const { cover } = draw(height, width, random)
      const value = brightness(random)
      const color = Array.from({ length: channels }, () =>
        Math.min(1, Math.max(0, value + (channels === 1 ? 0 : 0.2 * (random.uniform() - 0.5)))),
      )
      for (let i = 0; i < image.length; i++) {
        const share = cover[Math.floor(i / channels)]!
        if (share > 0) image[i] = image[i]! + share * (color[i % channels]! - image[i]!)
      }
    }
  }
}

function spreadOut(spread: (strength: number, random: Random) => PointSpread): Corruption {
  return (image, shape, strength, random) => {
    const points = spread(strength, random)
    eachPlane(image, shape, (data) => blurred({ ...shape, data }, points))
  }
}

/** Made smaller by one of the usual filters, as one does not know which it was, and enlarged by Lanczos'. */
function lowResolution(image: Float32Array, shape: InputShape, factor: number, random: Random): void {
  const { height, width } = shape
  const filter = [area, bicubic, bicubic, lanczos3][random.below(4)]!
  const [rows, columns] = [Math.max(1, Math.round(height / factor)), Math.max(1, Math.round(width / factor))]
  const byte = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value))) / 255
  eachPlane(image, shape, (data) => {
    const small = resize({ height, width, data }, rows, columns, filter)
    return resize({ ...small, data: small.data.map(byte) }, height, width, lanczos3).data
  })
}

/** x → (1 - s) · x + s · ((1 - s) · mean + s · cast): contrast goes, and the paper's colour comes through. */
function fading(image: Float32Array, { channels }: InputShape, strength: number, random: Random): void {
  const cast = Array.from({ length: channels }, (_, c) => 0.5 + 0.35 * random.uniform() - 0.1 * c)
  const sums = new Float64Array(channels)
  for (let i = 0; i < image.length; i++) sums[i % channels]! += image[i]!
  for (let i = 0; i < image.length; i++) {
    const c = i % channels
    const mean = (sums[c]! * channels) / image.length
    image[i] = (1 - strength) * image[i]! + strength * ((1 - strength) * mean + strength * cast[c]!)
  }
}

function eachPlane(
  image: Float32Array,
  { height, width, channels }: InputShape,
  change: (plane: Float32Array) => Float32Array,
): void {
  const plane = new Float32Array(height * width)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane.length; i++) plane[i] = image[i * channels + c]!
    change(plane).forEach((value, i) => (image[i * channels + c] = value))
  }
}
