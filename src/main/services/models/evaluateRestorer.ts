import { type Preprocessing, preprocessingSchema, type Skipped } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import type { NoiseSpec } from '../../../shared/noise'
import type { ComputeTarget, EvaluateResult, ModelFiles } from '../../worker/protocol'
import { decodeImage } from '../datasets/decodeImage'
import { findImages } from '../datasets/findImages'
import { prepareImage } from '../datasets/prepareImage'
import { UnusableImage } from '../datasets/unusableImage'
import type { ModelWork } from './modelWork'

export interface RestorerEvaluation extends ComputeTarget {
  readonly images: readonly string[]
  readonly noise: NoiseSpec | null
  readonly seed: number
}

/**
 * How well a model that takes images of any size restores them, whole and at their own size: means over images. `loss` is
 * the mean absolute error. @throws ExpectedError, CancelledError
 */
export async function evaluateRestorer(
  model: ModelFiles,
  { images, noise, seed, runtime, device }: RestorerEvaluation,
  { client, signal, onProgress, onSkipped }: ModelWork,
): Promise<EvaluateResult> {
  const found = await findImages([...images], { labels: 'none', signal })
  const skipped: Skipped[] = [...found.skipped]
  const preprocessing = wholeImages(model.spec.input.channels)
  const sums = { loss: 0, psnr: 0, ssim: 0, noisyPsnr: 0, count: 0 }
  for (const [i, image] of found.images.entries()) {
    if (signal?.aborted) throw new CancelledError('Stopped.')
    onProgress?.(i, found.images.length)
    if (image.kind !== 'file') {
      skipped.push({
        path: image.path,
        reason: 'Restorers are measured on image files. Give a folder of those.',
      })
      continue
    }
    try {
      const { data, width, height } = await decodeImage(await prepareImage(image.absolute), preprocessing)
      const params = { model, pixels: data, width, height, noise, seed: seed + i, runtime, device }
      const result = await client.call('restoreTest', params, { signal })
      sums.loss += result.meanError
      sums.psnr += result.psnr
      sums.ssim += result.ssim
      sums.noisyPsnr += result.noisyPsnr ?? 0
      sums.count++
    } catch (error) {
      if (!(error instanceof UnusableImage)) throw error
      skipped.push({ path: image.path, reason: error.message })
    }
  }
  onProgress?.(found.images.length, found.images.length)
  if (skipped.length) onSkipped?.(skipped)
  const { count } = sums
  if (count === 0) throw new ExpectedError('bad-input', 'None of the images could be read.')
  return {
    count,
    loss: sums.loss / count,
    psnr: sums.psnr / count,
    ssim: sums.ssim / count,
    noisyPsnr: noise && sums.noisyPsnr / count,
  }
}

/** As they are: with patches asked for an image keeps its size when it is decoded. */
function wholeImages(channels: 1 | 3): Preprocessing {
  const color = channels === 3 ? 'rgb' : 'grey'
  return preprocessingSchema.parse({ color, patches: { mode: 'grid' } })
}
