import { assertNever } from './errors'
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

type Judged = Parameters<typeof judge>[0]

/** How a run that is done came out, as a sentence about it. The window has its own, in its language. */
export function describeOutcome(run: Judged): string | null {
  const { verdict, gain } = judge(run)
  switch (verdict) {
    case 'good':
      return `It is better than ${run.baselines?.pca ? 'PCA' : 'the mean image'} by ${gain!.toFixed(1)} dB.`
    case 'below-pca':
      return `It is not yet better than PCA, by ${(-gain!).toFixed(1)} dB: train it longer.`
    case 'useless':
      return 'It has learned nothing: the same picture for everything is as good.'
    case 'unknown':
      return null
    default:
      return assertNever(verdict)
  }
}

/** What a run that is done is worth; null for one in any other state. */
export const outcomeOf = (run: Judged & { readonly state: string }): Verdict | null =>
  run.state === 'done' ? judge(run).verdict : null
