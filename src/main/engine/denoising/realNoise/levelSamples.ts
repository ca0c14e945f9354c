import { type ColorImage, emptyImage, mapPlanes } from '../../synthesis/colorImage'
import { drawGraphics } from '../../synthesis/graphics'
import { resized } from '../../synthesis/filters'
import { throughJpeg } from '../../synthesis/jpeg'
import { noiseLevelsOf, type NoiseLevels } from '../../synthesis/levels'
import { type RealNoiseKind, rounded, withRealNoise } from '../../synthesis/realNoise'
import { type Random, randomStream } from '../../training/random'
import type { PixelImage } from '../pixelTiles'
import { repairImage } from '../repair/repairImage'

const seed = 21
/** Of pictures drawn by the program instead of photographs. */
const drawnShare = 0.3
const cleanShare = 0.4
/** What a JPEG of this quality or a better one has lost is detail that nobody misses, and no noise. */
const goodQuality = 75
/** Of pictures without their colours. */
const greyShare = 0.12

/** Of so many pictures one has the noise of such a kind, of which there would be too few. */
const rareOf = 16
const rareKinds: Readonly<Partial<Record<number, RealNoiseKind | 'repaired'>>> = {
  3: 'linear',
  7: 'grain',
  11: 'compression',
  15: 'repaired',
}

/** A picture, what it ought to be, and the levels of its noise: none in one of good quality, which ought to stay as it is. */
export interface NoisySample {
  readonly noisy: ColorImage
  readonly clean: ColorImage
  readonly levels: NoiseLevels
}

/**
 * A picture with noise of known levels, or without: a tile of a photograph, softer at times, or a drawn one.
 *
 * @param tiles clean photographs, count × side × side × 3 bytes
 * @param index the same index draws the same picture
 */
export function noisySample(tiles: Uint8Array, side: number, index: number): NoisySample {
  const size = side * side * 3
  const random = randomStream(seed, index)
  const isDrawn = random.uniform() < drawnShare
  const tile = random.below(tiles.length / size)
  const drawn = isDrawn
    ? drawGraphics(side, side, random)
    : imageOf(tiles.subarray(tile * size, (tile + 1) * size), side)
  const clean = rounded(changed(drawn, random, isDrawn))
  const rare = rareKinds[index % rareOf]
  if (rare === 'repaired') return repairedOf(clean, random)
  if (rare) return noisyOf(clean, random, rare)
  return random.uniform() < cleanShare ? asItIs(untouched(clean, random)) : noisyOf(clean, random)
}

const asItIs = (noisy: ColorImage): NoisySample => ({
  noisy,
  clean: noisy,
  levels: { brightness: 0, color: 0 },
})

/** As a PNG keeps it, or a JPEG of good quality. */
function untouched(clean: ColorImage, random: Random): ColorImage {
  if (random.uniform() < 0.4) return clean
  return throughJpeg(clean, {
    quality: goodQuality + random.below(24),
    halvesColor: random.uniform() < 0.6,
    top: random.below(16),
    left: random.below(16),
  })
}

function noisyOf(clean: ColorImage, random: Random, asked?: RealNoiseKind): NoisySample {
  const { kind, quality, noisy } = withRealNoise(clean, random, 1, undefined, asked)
  const isGood = (kind === 'compression' || kind === 'none') && (quality ?? 100) >= goodQuality
  return isGood ? asItIs(noisy) : { noisy, clean, levels: noiseLevelsOf(clean, noisy) }
}

/** Salt and pepper, hot pixels or offsets of rows, with little noise beside them, as a repair leaves them. */
function repairedOf(clean: ColorImage, random: Random): NoisySample {
  const { height, width } = clean
  const sigma = random.uniform() < 0.4 ? (8 * random.uniform()) / 255 : 0
  const kind = random.uniform()
  const share = kind < 0.7 ? 0.08 * random.uniform() ** 2 : 0
  const offset = kind < 0.7 ? 0 : (2 + 8 * random.uniform()) / 255
  const isHot = random.uniform() < 0.3
  const offsets = Float32Array.from({ length: height }, () => offset * random.normal())
  const impulse = () => (isHot || random.uniform() < 0.5 ? 0.6 + 0.4 * random.uniform() : 0)
  const changed = mapPlanes(clean, (plane) =>
    plane.map((value, i) => {
      if (random.uniform() < share) return isHot ? impulse() : Math.round(impulse())
      return value + offsets[Math.floor(i / width)]! + (sigma > 0 ? sigma * random.normal() : 0)
    }),
  )
  const { image } = repairImage(bytesOf(rounded(changed)), null)
  const noisy = emptyImage(height, width)
  noisy.planes.forEach((plane, c) => plane.forEach((_, i) => (plane[i] = image.data[3 * i + c]! / 255)))
  return { noisy, clean, levels: noiseLevelsOf(clean, noisy) }
}

function bytesOf({ height, width, planes }: ColorImage): PixelImage {
  const data = new Uint8Array(height * width * 3)
  planes.forEach((plane, c) => plane.forEach((value, i) => (data[3 * i + c] = Math.round(255 * value))))
  return { height, width, channels: 3, data }
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
