import { preprocessingSchema, type Skipped } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { type NoiseSpec, parseNoise, type RestoringQuality } from '../../../shared/noise'
import type { TrainedModel } from '../../store/modelStore'
import type { ComputeTarget } from '../../worker/protocol'
import type { EvaluateResult } from './tasks/modelTasks'
import { decodeImage } from '../pictures/decodeImage'
import { findImages } from '../datasets/findImages'
import { prepareImage } from '../pictures/prepareImage'
import { reasonOf } from '../pictures/unusableImage'
import type { ModelWork } from './modelWork'

export interface RestorerEvaluation extends ComputeTarget {
  readonly images: readonly string[]
  readonly noise: NoiseSpec | null
  /** See EvaluateRequest. */
  readonly clip?: boolean
  readonly quality?: RestoringQuality
  readonly seed: number
}

/**
 * How well a model that takes images of any size restores them, whole and at their own size: means over images. `loss` is
 * the mean absolute error. @throws ExpectedError, CancelledError
 */
export async function evaluateRestorer(
  { files, noise: learned, color }: TrainedModel,
  { images, noise, clip, quality, seed, runtime, device }: RestorerEvaluation,
  { client, signal, onProgress, onSkipped }: ModelWork,
): Promise<EvaluateResult> {
  const model = { ...files, quality }
  const found = await findImages([...images], { labels: 'none', signal })
  const skipped: Skipped[] = [...found.skipped]
  // With patches asked for an image keeps its size when it is decoded.
  const preprocessing = preprocessingSchema.parse({ color, patches: { mode: 'grid' } })
  const trained = learned === null ? null : parseNoise(learned)
  const channels: 1 | 3 = color === 'rgb' ? 3 : 1
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
      const params = {
        model,
        trained,
        pixels: data,
        width,
        height,
        channels,
        noise,
        seed: seed + i,
        tile: null,
        clip,
        runtime,
        device,
      }
      const result = await client.call('restoreTest', params, { signal })
      sums.loss += result.meanError
      sums.psnr += result.psnr
      sums.ssim += result.ssim
      sums.noisyPsnr += result.noisyPsnr ?? 0
      sums.count++
    } catch (error) {
      skipped.push({ path: image.path, reason: reasonOf(error, signal) })
    }
  }
  onProgress?.(found.images.length, found.images.length)
  if (skipped.length) onSkipped?.(skipped)
  const { count } = sums
  if (count === 0) throw new ExpectedError('bad-input', sentence('models.noneImagesCouldRead'))
  return {
    count,
    loss: sums.loss / count,
    psnr: sums.psnr / count,
    ssim: sums.ssim / count,
    noisyPsnr: noise && sums.noisyPsnr / count,
  }
}
