import { noiseLevels } from '../../../../shared/modelSpec'
import {
  type DenoisingPlan,
  levelsOfChannels,
  planByLevels,
  planDenoising,
  sigmaOfLevels,
} from '../../../engine/denoising/denoisingPlan'
import { colorChannels, type PixelImage } from '../../../engine/denoising/pixelTiles'
import type { NoiseLevels } from '../../../engine/synthesis/levels'
import type { Judgement } from './imageNoise'
import type { DenoiseSubject } from './denoisingTasks'

/**
 * Noise that neighbouring pixels have in common is taken for detail by a network that knows white noise: one that takes all
 * colours together has to be told of so many times as much to take it out.
 */
const correlatedTimes = 1.75

/**
 * How an image goes through a model, and what the model is told of its noise.
 *
 * @throws ExpectedError as planDenoising
 */
export function planRestoring(
  { model, trained, strength, sigma }: Pick<DenoiseSubject, 'model' | 'trained' | 'strength' | 'sigma'>,
  image: PixelImage,
  { noise, sigmas }: Judgement,
): DenoisingPlan {
  const colors = colorChannels(image)
  const known = sigmas ?? new Array<number>(colors).fill(0)
  const isEstimated = sigma === null && trained?.kind === 'gaussian'
  const isCorrelated = isEstimated && noise?.levels != null
  const times = Math.max(1, strength)
  const removed = known.map((one) => one * times * (isCorrelated ? correlatedTimes : 1))
  if (noiseLevels(model.spec) < 2) {
    const told = isEstimated && noise?.told ? toldTimes(noise.told, times) : null
    const correlation = isCorrelated ? undefined : noise?.correlation
    return planDenoising(model.spec, trained, removed, { correlation, told })
  }
  const found = noise && (noise.levels ?? levelsOfChannels(noise.sigmas, noise.correlation))
  return planByLevels(colors, levelsWith(found, Math.hypot(...removed) / Math.sqrt(removed.length)))
}

const toldTimes = ({ brightness, color }: NoiseLevels, times: number): NoiseLevels => ({
  brightness: times * brightness,
  color: times * color,
})

/** Levels in the proportion that was found, or in that of white noise, that make a sigma in a channel of colour. */
function levelsWith(found: NoiseLevels | null, sigma: number): NoiseLevels {
  const whole = found ? sigmaOfLevels(found) : 0
  if (!found || whole === 0) return { brightness: sigma / Math.sqrt(3), color: sigma }
  return { brightness: (found.brightness * sigma) / whole, color: (found.color * sigma) / whole }
}
