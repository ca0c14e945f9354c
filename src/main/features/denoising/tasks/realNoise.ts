import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtinModelsFolder } from '../../../store/builtFiles'
import { sigmaOfLevels } from '../../../engine/denoising/denoisingPlan'
import { colorChannels, decorrelation, type PixelImage, rangeOf } from '../../../engine/denoising/pixelTiles'
import type { Plane } from '../../../engine/denoising/noiseEstimate'
import {
  estimateLevels,
  type LevelNetwork,
  levelNetworkSchema,
  toldSigma,
} from '../../../engine/denoising/realNoise/levelEstimate'
import { isDrawn } from '../../../engine/denoising/realNoise/blocks'
import { isPattern } from '../../../engine/denoising/realNoise/pattern'
import { noiseFeatures } from '../../../engine/denoising/realNoise/noiseFeatures'
import type { NoiseLevels } from '../../../engine/synthesis/levels'

/** A picture is judged by so many squares of that side at most, spread evenly; the network has learned on such. */
const side = 160
const squares = 9

let network: LevelNetwork | null = null

function levelNetwork(): LevelNetwork {
  const path = join(builtinModelsFolder(), 'levels.json')
  network ??= levelNetworkSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  return network
}

/** Noise of any kind; what a denoiser of white noise is to be told of it, as sigmas on the 0-255 scale. */
export interface RealNoise extends NoiseLevels {
  readonly sigma: number
  /** Null where the estimate of white noise knows better. */
  readonly told: NoiseLevels | null
}

const none: RealNoise = { brightness: 0, color: 0, sigma: 0, told: null }

/** What noise of any kind there is in a picture, by the network that learned it; null for one that is too small to tell. */
export function estimateRealNoise(image: PixelImage): RealNoise | null {
  const parts = placesOf(image).map((place) => planesAt(image, place))
  if (isDrawn(parts.map(([brightness]) => brightness))) return none
  const plain = parts.filter(([brightness]) => !isPattern(brightness))
  // A pattern all over: what noise there is beside it, the estimate of white noise tells.
  if (plain.length === 0) return none
  const found = plain.flatMap((part) => {
    const features = noiseFeatures([part])
    return features ? [estimateLevels(levelNetwork(), features)] : []
  })
  if (found.length === 0) return null
  // Noise is there all over a picture; texture, which may look like it, is not.
  const isGrey = colorChannels(image) === 1
  const brightness = middle(found.map((one) => one.brightness))
  const color = isGrey ? 0 : middle(found.map((one) => one.color))
  const told = {
    brightness: toldSigma(ofMost(found.map((one) => one.told.brightness))),
    color: isGrey ? 0 : toldSigma(ofMost(found.map((one) => one.told.color))),
  }
  // Levels of what stays, since it is detail, are none of noise.
  const share = certaintyOfTold(told)
  const levels = { brightness: share * brightness, color: share * color }
  return { ...levels, sigma: sigmaOfLevels(levels), told }
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!

/** Less than this is not worth a change, and from 1 on all that is told is taken out. */
const leastTold = 0.5

/** 0..1: how much of what is told is taken for noise. */
export const certaintyOfTold = ({ brightness, color }: NoiseLevels): number =>
  Math.min(1, Math.max(0, (Math.max(brightness, color) - leastTold) / (1 - leastTold)))

/** What is told too low stays in the picture, and costs more than what is told too high. */
const toldShare = 0.65

const ofMost = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.round(toldShare * (values.length - 1))]!

interface Place {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

function placesOf({ height, width }: PixelImage): Place[] {
  const [h, w] = [Math.min(height, side), Math.min(width, side)]
  // As many of them, whatever the proportions.
  const rows = Math.max(
    1,
    Math.min(Math.floor(height / h), Math.round(Math.sqrt((squares * height) / width))),
  )
  const columns = Math.max(1, Math.min(Math.floor(width / w), Math.round(squares / rows)))
  const spread = (size: number, part: number, count: number) =>
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * (size - part)) / count))
  return spread(height, h, rows).flatMap((top) =>
    spread(width, w, columns).map((left) => ({ top, left, height: h, width: w })),
  )
}

function planesAt(image: PixelImage, place: Place): readonly [Plane, Plane, Plane] {
  const plane = (weights: readonly [number, number, number]) => planeAt(image, place, weights)
  return [plane(decorrelation[0]), plane(decorrelation[1]), plane(decorrelation[2])]
}

/** One of the decorrelated planes; of a grey picture brightness, and nothing in the differences. */
function planeAt(
  image: PixelImage,
  { top, left, height, width }: Place,
  [r, g, b]: readonly [number, number, number],
): Plane {
  const { data: pixels, channels } = image
  const data = new Float32Array(height * width)
  const { black, white } = rangeOf(image)
  const scale = 1 / (white - black)
  const isGrey = colorChannels(image) === 1
  const sum = r + g + b
  const offset = -scale * sum * black
  for (let y = 0, to = 0; y < height; y++) {
    let i = ((top + y) * image.width + left) * channels
    for (let x = 0; x < width; x++, i += channels, to++)
      data[to] = isGrey
        ? offset + scale * sum * pixels[i]!
        : offset + scale * (r * pixels[i]! + g * pixels[i + 1]! + b * pixels[i + 2]!)
  }
  return { height, width, data }
}
