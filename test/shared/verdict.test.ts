import { describe, expect, it } from 'vitest'
import { describeOutcome, judge, outcomeOf } from '../../src/shared/verdict'
import type { Baselines, Finding } from '../../src/shared/run'

const baselines: Baselines = { mean: 12, pca: { psnr: 20, components: 32 } }
const runOf = (
  psnr: number | null,
  compared: Baselines | null = baselines,
  findings: readonly Finding[] = [],
) => ({
  state: 'done',
  best: psnr === null ? null : { psnr },
  baselines: compared,
  findings,
})

describe('a result', () => {
  it.each([
    [21.8, 'good', 'It is better than PCA by 1.8 dB.'],
    [20, 'good', 'It is better than PCA by 0.0 dB.'],
    [18.5, 'below-pca', 'It is not yet better than PCA, by 1.5 dB: train it longer.'],
    [12.4, 'useless', 'It has learned nothing: the same picture for everything is as good.'],
    [null, 'unknown', null],
  ] as const)('of %d dB is judged by PCA and the mean image: %s', (psnr, verdict, words) => {
    expect(judge(runOf(psnr)).verdict).toBe(verdict)
    expect(describeOutcome(runOf(psnr))).toBe(words)
  })

  it('is judged by the mean image alone where there is no PCA', () => {
    expect(describeOutcome(runOf(15, { mean: 12, pca: null }))).toBe(
      'It is better than the mean image by 3.0 dB.',
    )
  })

  it('is not judged where nothing is known, or all images are the same', () => {
    expect(judge(runOf(40, null)).verdict).toBe('unknown')
    expect(judge(runOf(40, baselines, [{ kind: 'images-equal', epoch: 0 }])).verdict).toBe('unknown')
  })

  it('is an outcome only when the run is done', () => {
    expect(outcomeOf(runOf(21))).toBe('good')
    expect(outcomeOf({ ...runOf(21), state: 'training' })).toBeNull()
  })
})
