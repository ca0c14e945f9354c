import type { Random } from '../training/random'
import { drawCamera, withCameraNoise } from './camera'
import { type ColorImage, emptyImage, mapPlanes } from './colorImage'
import { blurred } from './filters'
import { throughJpeg } from './jpeg'

/** Kinds of noise that pictures come with, in the shares in which they are drawn. */
const shares = { camera: 0.55, white: 0.2, linear: 0.05, grain: 0.06, compression: 0.11, none: 0.03 } as const
export type RealNoiseKind = keyof typeof shares

export interface RealNoise {
  readonly kind: RealNoiseKind
  /** Of the JPEG that it was saved as; null where it was not. */
  readonly quality: number | null
  readonly noisy: ColorImage
}

/** Sigma of white noise on the 0-255 scale is drawn up to this. */
const mostWhite = 55

/**
 * A picture as files bring it: with the noise of a camera, white noise, noise that grows with the light, film grain, or
 * what a JPEG leaves; clipped, rounded to 8 bits, and most often compressed.
 *
 * @param strength scales all but the compression; 1 is what cameras make up to their highest sensitivity
 * @param normal gives standard normal numbers
 * @param kind drawn by its share, if not given
 */
export function withRealNoise(
  clean: ColorImage,
  random: Random,
  strength: number,
  normal: () => number = () => random.normal(),
  kind: RealNoiseKind = drawKind(random),
): RealNoise {
  const noisy = rounded(makers[kind](clean, random, strength, normal))
  const isCompressed = kind === 'compression' || (kind !== 'none' && random.uniform() < compressed[kind])
  if (!isCompressed) return { kind, quality: null, noisy }
  const quality = Math.round(kind === 'compression' ? 15 + 80 * random.uniform() : 50 + 48 * random.uniform())
  const jpeg = { quality, halvesColor: random.uniform() < 0.6, top: random.below(16), left: random.below(16) }
  return { kind, quality, noisy: throughJpeg(noisy, jpeg) }
}

/** Shares that are saved as a JPEG. */
const compressed: Record<Exclude<RealNoiseKind, 'compression' | 'none'>, number> = {
  camera: 0.8,
  white: 0.15,
  linear: 0.3,
  grain: 0.5,
}

function drawKind(random: Random): RealNoiseKind {
  let left = random.uniform()
  for (const [kind, share] of Object.entries(shares)) {
    left -= share
    if (left < 0) return kind as RealNoiseKind
  }
  return 'camera'
}

type Maker = (clean: ColorImage, random: Random, strength: number, normal: () => number) => ColorImage

const makers: Record<RealNoiseKind, Maker> = {
  camera: (clean, random, strength, normal) => withCameraNoise(clean, drawCamera(random, strength), normal),
  white: (clean, random, strength, normal) => {
    const sigma = (strength * mostWhite * random.uniform()) / 255
    return mapPlanes(clean, (plane) => plane.map((value) => value + sigma * normal()))
  },
  linear: linearNoise,
  grain: filmGrain,
  compression: (clean) => clean,
  none: (clean) => clean,
}

/** σ² = a·I + b·I² + c, of each colour by itself: photons, speckle and readout. */
function linearNoise(clean: ColorImage, random: Random, strength: number, normal: () => number): ColorImage {
  const draw = (most: number) => (strength * most * random.uniform()) ** 2
  const [a, b, c] = [draw(0.2), random.uniform() < 0.4 ? draw(0.3) : 0, draw(0.03)]
  return mapPlanes(clean, (plane) =>
    plane.map((value) => value + Math.sqrt(a * value + b * value * value + c) * normal()),
  )
}

/** Grain is blurred noise, strongest in the middle tones, alike in all colours or of each its own. */
function filmGrain(clean: ColorImage, random: Random, strength: number, normal: () => number): ColorImage {
  const { height, width } = clean
  const size = 0.5 + random.uniform()
  const sigma = (strength * (3 + 25 * random.uniform())) / 255
  const ownShare = random.uniform() < 0.5 ? 0 : random.uniform()
  const field = () => {
    const values = blurred(Float32Array.from({ length: height * width }, normal), height, width, size)
    // The blur takes most of it away: what is left gets a standard deviation of 1 again.
    const power = values.reduce((sum, value) => sum + value * value, 0) / values.length
    return values.map((value) => value / Math.sqrt(Math.max(power, 1e-12)))
  }
  const common = field()
  const result = emptyImage(height, width)
  result.planes.forEach((plane, c) => {
    const own = ownShare > 0 ? field() : common
    for (let i = 0; i < plane.length; i++) {
      const value = clean.planes[c]![i]!
      const tone = 0.4 + 2.4 * value * (1 - value)
      const grain = Math.sqrt(1 - ownShare) * common[i]! + Math.sqrt(ownShare) * own[i]!
      plane[i] = value + sigma * tone * grain
    }
  })
  return result
}

/** As a file of 8 bits holds it. */
export function rounded(image: ColorImage): ColorImage {
  return mapPlanes(image, (plane) =>
    plane.map((value) => Math.min(255, Math.max(0, Math.round(255 * value))) / 255),
  )
}
