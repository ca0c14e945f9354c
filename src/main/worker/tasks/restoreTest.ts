import { stat } from 'node:fs/promises'
import type { NoiseSpec } from '../../../shared/noise'
import { lanesOf } from '../../engine/denoising/lanes'
import { Restorer } from '../../engine/denoising/restorer'
import { clipped } from '../../engine/imaging/pixelBytes'
import { psnrOfImages } from '../../engine/imaging/psnr'
import { ssimOfImages } from '../../engine/imaging/ssim'
import { drawStrength } from '../../engine/training/corruptionSource'
import { asFloats } from '../../engine/training/pixelSource'
import { randomStream, streams } from '../../engine/training/random'
import { corruptImages } from '../corruptImages'
import { readParameters } from '../loadModel'
import type { ComputeTarget, ComputeTasks, ModelFiles } from '../protocol'
import { chooseRuntime } from '../runtimes'

/** Tiles larger than this bring little, and take more memory. */
const tileSide = 1024

/** The model that was used last, which the next image of a folder takes too. */
let kept: { key: string; restorer: Restorer } | null = null

/**
 * One image of any size with noise put onto it, through a fully convolutional model, against what it was. The noise is
 * added in floating point, neither clipped nor rounded; what comes out, and for comparison what went in, is clipped.
 */
export async function restoreTest({
  model,
  pixels,
  width,
  height,
  noise,
  seed,
  ...target
}: ComputeTasks['restoreTest']['params']): Promise<ComputeTasks['restoreTest']['result']> {
  const { channels } = model.spec.input
  const shape = { height, width, channels }
  const clean = asFloats(pixels)
  const { noisy, sigma } = noise ? await corrupted(clean, pixels, noise, seed) : { noisy: clean, sigma: 0 }
  const restorer = await restorerOf(model, target)
  const restored = await restorer.restore({ ...shape, data: noisy }, sigma)
  const output = clipped(restored.data)
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
  noise: NoiseSpec,
  seed: number,
): Promise<{ noisy: Float32Array; sigma: number }> {
  if (noise.kind !== 'gaussian')
    return { noisy: (await corruptImages(pixels, pixels.length, noise, seed)).values, sigma: 0 }
  const random = randomStream(seed, streams.samples)
  const sigma = drawStrength(noise, random)
  return { noisy: clean.map((value) => value + (random.normal() * sigma) / 255), sigma }
}

async function restorerOf(model: ModelFiles, target: ComputeTarget): Promise<Restorer> {
  const { mtimeMs, size } = await stat(model.weights)
  const key = JSON.stringify([model.weights, mtimeMs, size, target.runtime, target.device])
  if (kept?.key === key) return kept.restorer
  await kept?.restorer.dispose()
  const values = await readParameters(model)
  const { runtime, device } = chooseRuntime(target)
  const lanes = lanesOf(runtime, device)
  const tile = { height: tileSide, width: tileSide }
  kept = { key, restorer: new Restorer(runtime, model.spec, values, { device, lanes, tile }) }
  return kept.restorer
}

function meanError(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!)
  return sum / a.length
}
