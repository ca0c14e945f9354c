import type { InputShape } from '../../../../shared/modelSpec'
import type { NoiseSpec } from '../../../../shared/noise'
import { unclipper } from '../../../engine/denoising/unclip'
import { planDenoising } from '../../../engine/denoising/denoisingPlan'
import { clipped } from '../../../engine/imaging/pixelBytes'
import { psnrOfImages } from '../../../engine/imaging/psnr'
import { ssimOfImages } from '../../../engine/imaging/ssim'
import { drawStrength } from '../../../engine/training/corruptionSource'
import { graphKind } from '../../../engine/training/corruption'
import { isOnWholeImages } from '../../../engine/training/imageCorruption'
import { asFloats } from '../../../engine/training/pixelSource'
import { randomStream, streams } from '../../../engine/training/random'
import { corruptImages } from '../../models/tasks/corruptImages'
import { restorePixels } from './restorePixels'
import type { RestoringParams } from './denoisingTasks'

/** One image of any size, corrupted and restored. @param pixels height × width × channels */
interface RestoreTest {
  params: RestoringParams & {
    pixels: Uint8Array
    channels: 1 | 3
    noise: NoiseSpec | null
    /** Clipped and rounded to 8 bits before the model gets it. */
    clip?: boolean
    seed: number
  }
  /** PSNR in dB, SSIM, and the mean absolute error, all of the clipped output; PSNR of the clipped input. */
  result: { psnr: number; ssim: number; noisyPsnr: number | null; meanError: number }
  event: never
}

/**
 * One image of any size with noise put onto it, through a model, against what it was. The noise is added in floating
 * point, and neither clipped nor rounded unless that is asked for; what comes out, and for comparison what went in, is clipped.
 */
export async function restoreTest({
  model,
  trained,
  pixels,
  width,
  height,
  channels,
  noise,
  clip = false,
  seed,
  tile,
  ...target
}: RestoreTest['params']): Promise<RestoreTest['result']> {
  const shape = { height, width, channels }
  const clean = asFloats(pixels)
  const { noisy: drawn, sigma } = noise
    ? await corrupted(clean, pixels, shape, noise, seed)
    : { noisy: clean, sigma: 0 }
  const noisy = clip ? drawn.map((value) => Math.round(255 * Math.min(1, Math.max(0, value))) / 255) : drawn
  const known = new Array<number>(channels).fill(sigma)
  const plan = planDenoising(model.spec, trained, known)
  const restored = new Float32Array(noisy.length)
  await restorePixels({ ...shape, data: noisy }, restored, plan, { model, trained, tile, ...target })
  const output = clipped(restored)
  if (clip && sigma > 0) output.set(output.map(unclipper(sigma / 255)))
  return {
    psnr: psnrOfImages(clean, output, shape)[0]!,
    ssim: ssimOfImages(clean, output, shape)[0]!,
    noisyPsnr: noise && psnrOfImages(clean, clipped(noisy), shape)[0]!,
    meanError: meanError(clean, output),
  }
}

/** Gaussian noise is drawn value by value, whatever the size, and has a sigma; the other kinds are as in training. */
async function corrupted(
  clean: Float32Array,
  pixels: Uint8Array,
  shape: InputShape,
  noise: NoiseSpec,
  seed: number,
): Promise<{ noisy: Float32Array; sigma: number }> {
  if (graphKind(noise) !== 'gaussian') {
    const { values, strength } = await corruptImages(pixels, shape, noise, seed)
    return { noisy: values, sigma: isOnWholeImages(noise) ? strength[0]! : 0 }
  }
  const random = randomStream(seed, streams.samples)
  const sigma = drawStrength(noise, random)
  return { noisy: clean.map((value) => value + (random.normal() * sigma) / 255), sigma }
}

function meanError(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!)
  return sum / a.length
}
