import type { Baselines, EpochMetrics, Finding } from './run'

/**
 * What a result is worth, by simple ways on the same images.
 *
 * - `good`: at least PCA with as many numbers
 * - `below-pca`: better than the mean image, and not yet as good as PCA
 * - `useless`: no better than the same picture for everything
 * - `unknown`: nothing to compare with
 */
export type Verdict = 'good' | 'below-pca' | 'useless' | 'unknown'

export interface Judgement {
  readonly verdict: Verdict
  /** PSNR above that of PCA in dB, or above the mean image's where there is no PCA; null where it is unknown. */
  readonly gain: number | null
}

/** Decibels above the mean image that a result needs to be worth anything. */
const leastGain = 0.5

export function judge({
  best,
  baselines,
  findings,
}: {
  readonly best: Pick<EpochMetrics, 'psnr'> | null
  readonly baselines: Baselines | null
  readonly findings: readonly Finding[]
}): Judgement {
  if (best?.psnr == null || !baselines) return { verdict: 'unknown', gain: null }
  const { psnr } = best
  const gain = psnr - (baselines.pca?.psnr ?? baselines.mean)
  if (findings.some(({ kind }) => kind === 'images-equal')) return { verdict: 'unknown', gain }
  if (psnr < baselines.mean + leastGain) return { verdict: 'useless', gain }
  return { verdict: gain >= 0 ? 'good' : 'below-pca', gain }
}
