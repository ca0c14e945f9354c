import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'
import type { NoiseLevels } from '../synthesis/levels'
import { type ColorPlanes, noiseOfPlanes } from './pixelTiles'
import type { ToldNoise } from './restorer'

/** How an image goes through a model. */
export interface DenoisingPlan {
  readonly planes: ColorPlanes
  /** Of each plane; see PixelTilesOptions. */
  readonly gains: readonly number[]
  /** What the model is told of the noise of each plane, on the 0-255 scale, gains included; null to leave it as it is. */
  readonly sigmas: readonly (ToldNoise | null)[]
}

/** Less is what rounding makes. */
const leastSigma = 0.5

/** Contrast is not changed further than this. */
const largestGain = 8

/**
 * @param trained the noise that the model learned to remove
 * @param sigmas of the noise in each channel of colour, on the 0-255 scale
 * @param correlation of the noise in each with that in each; without it they are independent
 * @param told what the model is to be told of brightness and of differences of colours, where it takes these apart
 * @throws ExpectedError `bad-input` for a model that takes colours where there are none
 */
export function planDenoising(
  spec: ModelSpec,
  trained: NoiseSpec | null,
  sigmas: readonly number[],
  { correlation, told }: NoiseDetails = {},
): DenoisingPlan {
  const { channels } = spec.input
  const isAlike = channels > sigmas.length && (spec.network !== undefined || trained?.kind === 'pairs')
  if (channels > sigmas.length && !isAlike)
    throw new ExpectedError('bad-input', sentence('denoising.modelOfColours'))
  // Networks of other programs are for photographs mostly, and take grey ones as colours that are alike; so do those that have
  // learned from pairs.
  const planes = isAlike ? 'alike' : channels === sigmas.length ? 'together' : 'decorrelated'
  const noise =
    (told && toldOfPlanes(told, sigmas.length, planes)) ?? noiseOfPlanes(sigmas, planes, correlation)
  const gains = noise.map((sigma) => (trained ? gainFor(spec, trained, sigma) : 1))
  // Of what is not measured in sigma the model knows itself.
  const isTold = trained?.kind === 'gaussian' && planes === 'decorrelated'
  const levels = noise.map((sigma, plane) => (isTold && sigma < leastSigma ? null : sigma * gains[plane]!))
  return { planes, gains, sigmas: levels }
}

interface NoiseDetails {
  readonly correlation?: readonly (readonly number[])[]
  readonly told?: NoiseLevels | null
}

function toldOfPlanes(
  { brightness, color }: NoiseLevels,
  colors: number,
  planes: ColorPlanes,
): number[] | null {
  if (planes === 'decorrelated') return [brightness, color, color]
  return planes === 'together' && colors === 1 ? [brightness] : null
}

/**
 * For a model that is told the noise of brightness and that of colours. A picture in grey goes through it as one whose
 * colours are alike.
 */
export function planByLevels(colors: 1 | 3, { brightness, color }: NoiseLevels): DenoisingPlan {
  const planes = colors === 3 ? 'together' : 'alike'
  const sigmas = brightness === 0 && color === 0 ? null : [brightness, colors === 3 ? color : 0]
  return { planes, gains: [1], sigmas: [sigmas] }
}

/** Levels of noise of which sigma and correlation in each channel are known. */
export function levelsOfChannels(
  sigmas: readonly number[],
  correlation?: readonly (readonly number[])[],
): NoiseLevels {
  if (sigmas.length < 3) return { brightness: sigmas[0]!, color: 0 }
  const [brightness, first, second] = noiseOfPlanes(sigmas, 'decorrelated', correlation)
  return { brightness: brightness!, color: Math.hypot(first!, second!) / Math.SQRT2 }
}

/** Sigma of a channel of colour, the mean over the three. */
export const sigmaOfLevels = ({ brightness, color }: NoiseLevels): number =>
  Math.sqrt(brightness ** 2 + (2 / 3) * color ** 2)

/**
 * A model that learned one strength gets pictures whose contrast is changed until their noise has that strength; one that is
 * told the strength, where there is more than it ever saw.
 */
function gainFor(spec: ModelSpec, { kind, min, max }: NoiseSpec, sigma: number): number {
  if (kind !== 'gaussian' || sigma <= 0) return 1
  if (min === max) return Math.min(largestGain, Math.max(1 / largestGain, max / sigma))
  return spec.noiseLevel ? Math.min(1, max / sigma) : 1
}
