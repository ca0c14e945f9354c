import { noiseLevels } from '../../shared/modelSpec'
import type { NoiseSpec } from '../../shared/noise'
import {
  type DenoisingPlan,
  levelsOfChannels,
  planByLevels,
  planDenoising,
  sigmaOfLevels,
} from '../engine/denoising/denoisingPlan'
import { colorChannels, type PixelImage } from '../engine/denoising/pixelTiles'
import type { NoiseLevels } from '../engine/synthesis/levels'
import type { Judgement } from './imageNoise'
import type { DenoiseSubject, ModelFiles } from './protocol'

export interface ChosenRestoring {
  readonly model: ModelFiles
  readonly trained: NoiseSpec | null
  readonly plan: DenoisingPlan
  /** Whether it is the subject's second model, for noise that is not white. */
  readonly isCamera: boolean
}

/**
 * What an image goes through, and what its model is told: the subject's model, or the one for pictures from cameras where
 * there is one and the noise is not white.
 *
 * @throws ExpectedError as planDenoising
 */
export function chosenRestoring(
  subject: Pick<DenoiseSubject, 'model' | 'trained' | 'camera' | 'strength'>,
  image: PixelImage,
  { noise, sigmas }: Judgement,
): ChosenRestoring {
  const colors = colorChannels(image)
  const factor = Math.max(1, subject.strength)
  const removed = (sigmas ?? new Array<number>(colors).fill(0)).map((sigma) => sigma * factor)
  const isCamera = subject.camera !== undefined && noise?.levels != null
  const { model, trained } = isCamera ? subject.camera! : subject
  if (noiseLevels(model.spec) < 2)
    return { model, trained, isCamera, plan: planDenoising(model.spec, trained, removed, noise?.correlation) }
  const found = noise && (noise.levels ?? levelsOfChannels(noise.sigmas, noise.correlation))
  const sigma = Math.hypot(...removed) / Math.sqrt(removed.length)
  return { model, trained, isCamera, plan: planByLevels(colors, levelsWith(found, sigma)) }
}

/** Levels in the proportion that was found, or in that of white noise, that make a sigma in a channel of colour. */
function levelsWith(found: NoiseLevels | null, sigma: number): NoiseLevels {
  const whole = found ? sigmaOfLevels(found) : 0
  if (!found || whole === 0) return { brightness: sigma / Math.sqrt(3), color: sigma }
  return { brightness: (found.brightness * sigma) / whole, color: (found.color * sigma) / whole }
}
