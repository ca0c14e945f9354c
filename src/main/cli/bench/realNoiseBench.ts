import { CancelledError } from '../../../shared/errors'
import { DenoisingModels } from '../../features/denoising/denoisingModels'
import { measurePair, type PairWork } from '../../features/denoising/measurePair'
import { noiseSheet } from './noiseSheet'
import type { NoiseRow } from './realNoiseRows'

/** Sigmas that a person may try by hand. */
const byHand = [2, 4, 6, 9, 13, 19, 27, 40, 60]

/** Means over the pictures of a row: PSNR in dB. */
export interface RowFigures {
  readonly name: string
  readonly count: number
  readonly noisy: number
  readonly oneClick: number
  /** With the sigma that suits each picture best, and the mean of those. Null for clean pictures. */
  readonly byHand: number | null
  readonly sigma: number | null
  readonly ssim: { readonly noisy: number; readonly oneClick: number }
  /** Pictures in which no value was changed. */
  readonly untouched: number
}

export interface RowWork extends PairWork {
  readonly onPicture: () => void
  /** Gets the first picture of the row: noisy, with one click, and clean, as a WebP file. */
  readonly onSheet?: (name: string, file: Buffer) => Promise<void>
}

/** @param model null for the built-in one that suits each picture, as in the window */
export async function measureRow(
  { name, isClean, pictures }: NoiseRow,
  model: string | null,
  { onPicture, onSheet, ...work }: RowWork,
): Promise<RowFigures> {
  const models = new DenoisingModels(model)
  const sums = { noisy: 0, oneClick: 0, byHand: 0, sigma: 0, ssimNoisy: 0, ssim: 0, untouched: 0 }
  for (const [number, open] of pictures.entries()) {
    if (work.signal?.aborted) throw new CancelledError('Stopped.')
    const { given, clean } = await open()
    const suited = await models.for(given)
    const { noisy, result, denoised } = await measurePair(given, clean, suited, null, work)
    if (number === 0 && onSheet)
      await onSheet(name, await noiseSheet([given, { ...given, pixels: denoised.pixels }, clean]))
    sums.noisy += noisy.psnr
    sums.ssimNoisy += noisy.ssim
    sums.oneClick += result.psnr
    sums.ssim += result.ssim
    if (denoised.tile === null) sums.untouched++
    if (!isClean) {
      let best = { psnr: -Infinity, sigma: 0 }
      for (const sigma of byHand) {
        const { psnr } = (await measurePair(given, clean, suited, sigma, work)).result
        if (psnr > best.psnr) best = { psnr, sigma }
      }
      sums.byHand += best.psnr
      sums.sigma += best.sigma
    }
    onPicture()
  }
  const count = pictures.length
  return {
    name,
    count,
    noisy: sums.noisy / count,
    oneClick: sums.oneClick / count,
    untouched: sums.untouched,
    byHand: isClean ? null : sums.byHand / count,
    sigma: isClean ? null : sums.sigma / count,
    ssim: { noisy: sums.ssimNoisy / count, oneClick: sums.ssim / count },
  }
}
