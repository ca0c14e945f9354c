import { isRepairedFor } from '../../../../shared/noise'
import { levelsOfChannels } from '../../../engine/denoising/denoisingPlan'
import { coarseDifference } from '../../../engine/denoising/coarseColor'
import { estimateChannels } from '../../../engine/denoising/estimateChannels'
import { colorChannels, type PixelImage } from '../../../engine/denoising/pixelTiles'
import { hasFewTones } from '../../../engine/denoising/realNoise/fewTones'
import type { NoiseLevels } from '../../../engine/synthesis/levels'
import type { DenoiseSubject, ImageNoise } from './denoisingTasks'
import { certaintyOfTold, estimateRealNoise } from './realNoise'
import { rangeScale } from './repairedSubject'

/**
 * Noise that nobody sees, and that rounding alone comes near; and noise that there is without doubt. What is told in between
 * may as well be fine detail of a clean picture, and part of it stays.
 */
const invisible = 1
const certain = 4

/** With less noise than this no difference of colours has enough to be restored at half the size (see restorePixels). */
const coarseFrom = 5

/** Noise that is so many times as strong as white noise would be is not white. */
const notWhite = 1.3

/** Null for an image that is too small to tell. */
export function estimateImageNoise(image: PixelImage): ImageNoise | null {
  const channels = estimateChannels(image)
  if (!channels) return null
  if (hasFewTones(image))
    return { ...channels, sigmas: channels.sigmas.map(() => 0), coarse: null, levels: null, told: null }
  const real = estimateRealNoise(image)
  const learned = real?.told ?? null
  const white = Math.hypot(...channels.sigmas) / Math.sqrt(channels.sigmas.length)
  if (real && real.sigma > notWhite * white) {
    const sigmas = channels.sigmas.map(() => real.sigma)
    const levels = { brightness: real.brightness, color: real.color }
    return { ...channels, sigmas, coarse: null, levels, told: toldAtLeast(learned, channels) }
  }
  const told = isWhiteAsTold(learned, channels) ? null : toldAtLeast(learned, channels)
  const isStrong = Math.max(...channels.sigmas) >= coarseFrom
  if (colorChannels(image) === 1 || !isStrong) return { ...channels, coarse: null, levels: null, told }
  const coarse = [1, 2].map((plane) => estimateChannels(coarseDifference(image, plane))?.sigmas[0])
  const known = coarse.filter((sigma) => sigma !== undefined)
  return { ...channels, coarse: known.length === coarse.length ? known : null, levels: null, told }
}

/** Of white noise as it was estimated, so much at least is told. */
const leastOfWhite = 0.85

/** White noise that is there without doubt is told, whatever was learned of pictures unlike this one. */
function toldAtLeast(
  told: NoiseLevels | null,
  { sigmas, correlation }: Pick<ImageNoise, 'sigmas' | 'correlation'>,
): NoiseLevels | null {
  if (!told) return null
  const white = levelsOfChannels(sigmas, correlation)
  const share = leastOfWhite * certaintyOfWhite(sigmas)
  return {
    brightness: Math.max(told.brightness, share * white.brightness),
    color: Math.max(told.color, share * white.color),
  }
}

/** What is told of white noise lies within this factor of it. */
const whiteFactor = 1.7

/** White noise without doubt, of which its own estimate knows each channel. */
function isWhiteAsTold(
  told: NoiseLevels | null,
  { sigmas, correlation }: Pick<ImageNoise, 'sigmas' | 'correlation'>,
): boolean {
  if (!told || certaintyOfWhite(sigmas) < 1) return false
  const { brightness } = levelsOfChannels(sigmas, correlation)
  return told.brightness < whiteFactor * brightness && brightness < whiteFactor * told.brightness
}

const certaintyOfWhite = (sigmas: readonly number[]): number =>
  within((Math.max(0, ...sigmas) - invisible) / (certain - invisible))

/** 0..1: how much of what looks like noise is taken for it. */
export function certaintyOf(noise: ImageNoise | null): number {
  if (!noise) return 0
  return noise.told ? certaintyOfTold(noise.told) : certaintyOfWhite(noise.sigmas)
}

const within = (value: number) => Math.min(1, Math.max(0, value))

export interface Judgement {
  readonly noise: ImageNoise | null
  /** Sigma in each channel of colour, as far as it was estimated. */
  readonly estimated: readonly number[] | null
  /** What is taken for the noise; null where nothing can be told. */
  readonly sigmas: readonly number[] | null
  /** Of the restored image in the result, 0..1. */
  readonly share: number
}

/**
 * The noise that was cut off at black and white, in each channel of colour on the 0-255 scale; null where there is none.
 * What is set by hand counts as far as there is noise: pictures without any keep their greys near white.
 */
export function cutOffNoise(image: PixelImage, { noise, sigmas }: Judgement): readonly number[] | null {
  if (!sigmas || image.range || image.data instanceof Float32Array || noise?.levels) return null
  const found = noise?.sigmas ?? estimateChannels(image)?.sigmas
  return found ? found.map((sigma, i) => Math.min(sigma, sigmas[i]!)) : null
}

/**
 * How much noise there is, and how much of it to take out.
 *
 * @param image the subject's, repaired; sigmas are on the scale of its range
 */
export function judgeNoise(subject: DenoiseSubject, image: PixelImage): Judgement {
  const { model, trained, strength } = subject
  const sigma = subject.sigma === null ? null : subject.sigma * rangeScale(image)
  const colors = colorChannels(image)
  const same = (level: number) => new Array<number>(colors).fill(level)
  const share = Math.min(1, strength)
  const nothing = { noise: null, estimated: null, sigmas: same(0) }
  // Other noise has no sigma that could be told.
  if (!isRepairedFor(trained)) return { ...nothing, share }
  if (share === 0 || sigma === 0) return { ...nothing, share: 0 }
  const isApart = colors > model.spec.input.channels
  // Noise of a known strength may be alike in all channels too.
  const isNeeded = sigma === null || isApart || trained?.kind === 'camera'
  const noise = subject.noise !== undefined ? subject.noise : isNeeded ? estimateImageNoise(image) : null
  const estimated = noise?.sigmas ?? null
  if (sigma !== null) return { noise, estimated, sigmas: same(sigma), share }
  return { noise, estimated, sigmas: estimated, share: share * certaintyOf(noise) }
}
