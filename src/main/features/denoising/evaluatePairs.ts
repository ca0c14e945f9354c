import { CancelledError } from '../../../shared/errors'
import type { RestoringQuality } from '../../../shared/noise'
import type { ComputeTarget } from '../../worker/protocol'
import { reasonOf } from '../pictures/unusableImage'
import type { ModelWork } from '../models/modelWork'
import { openDenoisingModel } from './denoisingModels'
import { measurePair, openPicture, type Similarity } from './measurePair'
import { findPairs } from './picturePairs'

export interface PairsRequest extends ComputeTarget {
  readonly model: string
  readonly noisy: readonly string[]
  /** A folder, or one picture. */
  readonly clean: string
  readonly quality?: RestoringQuality
}

export interface PairsEvaluation {
  readonly count: number
  /** Means over the pairs. */
  readonly noisy: Similarity
  readonly result: Similarity
}

export interface PairResult {
  readonly name: string
  readonly noisy: Similarity
  readonly result: Similarity
  readonly sigma: readonly number[] | null
}

/**
 * How near a model brings noisy pictures to clean ones of the same scenes, with one click.
 *
 * @throws ExpectedError, CancelledError
 */
export async function evaluatePairs(
  { model: name, noisy, clean, quality, ...target }: PairsRequest,
  { client, signal, onProgress, onSkipped }: ModelWork,
  onPair: (pair: PairResult) => void,
): Promise<PairsEvaluation> {
  const model = await openDenoisingModel(name, quality)
  const { pairs, skipped } = await findPairs(noisy, clean, signal)
  const measured: PairResult[] = []
  for (const [i, pair] of pairs.entries()) {
    if (signal?.aborted) throw new CancelledError('Stopped.')
    onProgress?.(i, pairs.length)
    try {
      const work = { client, signal, ...target }
      const [given, reference] = [await openPicture(pair.noisy), await openPicture(pair.clean)]
      const { denoised, ...figures } = await measurePair(given, reference, model, null, work)
      const result = { name: pair.name, ...figures, sigma: denoised.sigma }
      measured.push(result)
      onPair(result)
    } catch (error) {
      skipped.push({ path: pair.name, reason: reasonOf(error, signal) })
    }
  }
  onProgress?.(pairs.length, pairs.length)
  if (skipped.length > 0) onSkipped?.(skipped)
  const mean = (of: (one: PairResult) => number) =>
    measured.reduce((sum, one) => sum + of(one), 0) / Math.max(1, measured.length)
  return {
    count: measured.length,
    noisy: { psnr: mean((one) => one.noisy.psnr), ssim: mean((one) => one.noisy.ssim) },
    result: { psnr: mean((one) => one.result.psnr), ssim: mean((one) => one.result.ssim) },
  }
}
