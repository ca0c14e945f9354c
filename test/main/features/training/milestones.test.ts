import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../../src/shared/api/library'
import { lineOfEnd } from '../../../../src/main/features/training/milestones'

const kept = 'Done. The best epoch is kept as the model.'
const run = (psnr: number, hasBaselines = true) =>
  ({
    best: { psnr },
    findings: [],
    baselines: hasBaselines ? { mean: 12, pca: { psnr: 20, components: 32 } } : null,
  }) as unknown as RunSummary

describe('the last line of a run that is done', () => {
  it.each([
    ['info', run(21.8), `${kept} It is better than PCA by 1.8 dB.`],
    ['warning', run(18.5), `${kept} It is not yet better than PCA, by 1.5 dB: train it longer.`],
    ['error', run(12.1), `${kept} It has learned nothing: the same picture for everything is as good.`],
    ['info', run(12.1, false), kept],
    ['info', undefined, kept],
  ] as const)('says what it is worth: %s', (level, summary, text) => {
    expect(lineOfEnd(summary)).toEqual({ level, text })
  })
})
