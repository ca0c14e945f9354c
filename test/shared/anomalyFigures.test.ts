import { describe, expect, it } from 'vitest'
import { anomalyFigures, confusionAt, percentileOf, thresholdFor } from '../../src/shared/anomalyFigures'
import { hasPeersPython, runPython } from '../support/peersPython'

const scores = [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.9, 0.35, 0.6, 0.05, 0.35, 0.7]
const odd = [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(Boolean)

describe('figures of labels', () => {
  it('are those of scikit-learn 1.9, ties and all', () => {
    const figures = anomalyFigures(scores, odd, 0.65)!
    expect(figures.auroc).toBeCloseTo(0.7285714285714286, 12)
    expect(figures.averagePrecision).toBeCloseTo(0.6755555555555555, 12)
    expect(figures.bestF1).toBeCloseTo(0.7142857142857143, 12)
    expect(figures.bestF1Threshold).toBe(0.35)
    expect(figures.confusion).toEqual({
      ...{ trueNegatives: 5, falsePositives: 2, falseNegatives: 3, truePositives: 2 },
    })
    const sevenths = [0, 0, 1, 2, 2, 3, 4, 5, 6, 7].map((n) => n / 7)
    expect(figures.roc.map(({ falsePositiveRate }) => falsePositiveRate)).toEqual(sevenths)
    const rates = [0, 0.2, 0.4, 0.4, 0.6, 0.6, 1, 1, 1, 1]
    expect(figures.roc.map(({ truePositiveRate }) => truePositiveRate)).toEqual(rates)
    const thresholds = [null, 0.9, 0.8, 0.7, 0.6, 0.4, 0.35, 0.2, 0.1, 0.05]
    expect(figures.roc.map(({ threshold }) => threshold)).toEqual(thresholds)
  })

  it('are none where all are of one kind', () => {
    expect(anomalyFigures([1, 2], [true, true], 1)).toBeNull()
    expect(anomalyFigures([], [], 1)).toBeNull()
  })

  it.skipIf(!hasPeersPython('sklearn'))('agree with scikit-learn on 3,000 scores', async () => {
    let state = 9
    const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 2 ** 31
    const truth = Array.from({ length: 3000 }, () => next() < 0.2)
    const drawn = truth.map((one) => Math.round(50 * (next() + (one ? 0.3 : 0))) / 50)
    const program = `
import json, sys
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score
scores, odd = json.loads(sys.argv[1])
p, r, t = precision_recall_curve(odd, scores)
print(json.dumps([roc_auc_score(odd, scores), average_precision_score(odd, scores), max(2 * p * r / (p + r + 1e-300))]))`
    const peers = JSON.parse(await runPython(program, JSON.stringify([drawn, truth]))) as number[]
    const { auroc, averagePrecision, bestF1 } = anomalyFigures(drawn, truth, 0.5)!
    for (const [i, own] of [auroc, averagePrecision, bestF1].entries())
      expect(Math.abs(own - peers[i]!)).toBeLessThan(1e-6)
  })
})

it('counts a score at the threshold as ordinary', () => {
  expect(confusionAt([1, 2], [true, true], 1)).toMatchObject({ truePositives: 1, falseNegatives: 1 })
})

it('takes thresholds between scores as NumPy does, and percentiles with ties counted half', () => {
  expect(thresholdFor([0, 1, 2, 3, 4], 0.1)).toBeCloseTo(3.6, 12)
  expect(thresholdFor([], 0.1)).toBe(Infinity)
  expect(percentileOf([1, 2, 2, 3], 2)).toBe(50)
  expect(percentileOf([1, 2, 2, 3], 4)).toBe(100)
  expect(percentileOf([], 4)).toBe(50)
})
