import { noiseFeatures } from './noiseFeatures'
import type { LevelSample } from './trainLevels'
import { decorrelated } from './decorrelated'
import { type ColorImage, emptyImage, mapPlanes } from '../../synthesis/colorImage'
import { drawGraphics } from '../../synthesis/graphics'
import { resized } from '../../synthesis/filters'
import { throughJpeg } from '../../synthesis/jpeg'
import { noiseLevelsOf, type NoiseLevels } from '../../synthesis/levels'
import { rounded, withRealNoise } from '../../synthesis/realNoise'
import { type Random, randomStream } from '../../training/random'

const seed = 21
/** Of pictures drawn by the program instead of photographs. */
const drawnShare = 0.15
const cleanShare = 0.4
/** What a JPEG of this quality or a better one has lost is detail that nobody misses, and no noise. */
const goodQuality = 75
/** Of pictures without their colours. */
const greyShare = 0.12

/**
 * Features of pictures with noise of known levels, and without: tiles of photographs, softer at times, and drawn ones.
 *
 * @param tiles clean photographs, count × side × side × 3 bytes
 */
export function* levelSamples(tiles: Uint8Array, side: number, count: number): Generator<LevelSample> {
  const size = side * side * 3
  const photographs = tiles.length / size
  for (let i = 0, found = 0; found < count; i++) {
    const random = randomStream(seed, i)
    const isDrawn = random.uniform() < drawnShare
    const tile = tiles.subarray((i % photographs) * size, ((i % photographs) + 1) * size)
    const drawn = isDrawn ? drawGraphics(side, side, random) : imageOf(tile, side)
    const clean = rounded(changed(drawn, random, isDrawn))
    const { noisy, levels } =
      random.uniform() < cleanShare ? untouched(clean, random) : noisyOf(clean, random)
    const features = noiseFeatures([decorrelated(noisy)])
    if (!features) continue
    found++
    yield { features, ...levels }
  }
}

/** As a PNG keeps it, or a JPEG of good quality. */
function untouched(clean: ColorImage, random: Random): { noisy: ColorImage; levels: NoiseLevels } {
  const levels = { brightness: 0, color: 0 }
  if (random.uniform() < 0.4) return { noisy: clean, levels }
  const noisy = throughJpeg(clean, {
    quality: goodQuality + random.below(24),
    halvesColor: random.uniform() < 0.6,
    top: random.below(16),
    left: random.below(16),
  })
  return { noisy, levels }
}

function noisyOf(clean: ColorImage, random: Random): { noisy: ColorImage; levels: NoiseLevels } {
  const { kind, quality, noisy } = withRealNoise(clean, random, 1)
  const isGood = (kind === 'compression' || kind === 'none') && (quality ?? 100) >= goodQuality
  return { noisy, levels: isGood ? { brightness: 0, color: 0 } : noiseLevelsOf(clean, noisy) }
}

/** Part of it, larger and so softer, as pictures at their full size are; of another contrast; without its colours. */
function changed(image: ColorImage, random: Random, isDrawn: boolean): ColorImage {
  const factor = !isDrawn && random.uniform() < 0.6 ? 1 + 1.5 * random.uniform() : 1
  const large = resized(image, Math.round(image.height * factor), Math.round(image.width * factor))
  const part = cut(large, image.height, image.width, random)
  const [gain, gamma] = isDrawn ? [1, 1] : [0.4 + 0.6 * random.uniform(), 0.7 + 0.6 * random.uniform()]
  const lit = mapPlanes(part, (plane) => plane.map((value) => gain * Math.max(0, value) ** gamma))
  if (random.uniform() >= greyShare) return lit
  const [red, green, blue] = lit.planes
  const grey = red.map((value, i) => (value + green[i]! + blue[i]!) / 3)
  return { ...lit, planes: [grey, grey, grey] }
}

function cut(image: ColorImage, height: number, width: number, random: Random): ColorImage {
  if (image.height === height && image.width === width) return image
  const [top, left] = [random.below(image.height - height + 1), random.below(image.width - width + 1)]
  const result = emptyImage(height, width)
  result.planes.forEach((plane, c) => {
    for (let y = 0; y < height; y++) {
      const from = (top + y) * image.width + left
      plane.set(image.planes[c]!.subarray(from, from + width), y * width)
    }
  })
  return result
}

function imageOf(pixels: Uint8Array, side: number): ColorImage {
  const image = emptyImage(side, side)
  image.planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) plane[i] = pixels[3 * i + c]! / 255
  })
  return image
}
