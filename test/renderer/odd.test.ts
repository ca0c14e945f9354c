import { describe, expect, it, vi } from 'vitest'
import { markCodes } from '../../src/shared/api/anomalies'
import {
  duplicatePairs,
  everyImage,
  figuresAt,
  figuresOf,
  filteredRows,
  histogramOf,
  knownTruth,
  rankedRows,
  verdicts,
} from '../../src/renderer/components/anomalies/oddRanking'
import { rerankedScores } from '../../src/renderer/components/anomalies/rerank'
import { formatPercentile } from '../../src/renderer/components/anomalies/oddWords'

vi.stubGlobal('navigator', { language: 'en-GB' })

const { none, odd, normal } = markCodes
const scores = Float64Array.of(0.1, 0.9, 0.5, 0.9, 0.3)
const names = {
  labels: Int32Array.of(0, 1, 1, -1, 0),
  labelNames: ['good', 'scratch'],
  folders: Int32Array.of(0, 0, 1, 1, -1),
}

describe('a list of odd images', () => {
  it('has the oddest first, and equals in the order of the dataset', () => {
    expect([...rankedRows(scores)]).toEqual([1, 3, 2, 4, 0])
  })

  it('goes by a mark where there is one, and by the score elsewhere', () => {
    const marks = Uint8Array.of(odd, normal, none, none, none)
    expect([...verdicts(scores, marks, 0.5)]).toEqual([1, 0, 0, 1, 0])
  })

  it('is filtered by verdict, mark, label and folder', () => {
    const ranked = rankedRows(scores)
    const marks = Uint8Array.of(none, none, odd, none, none)
    const verdict = verdicts(scores, marks, 0.6)
    const shown = (filter: Partial<typeof everyImage>) => [
      ...filteredRows(ranked, { ...everyImage, ...filter }, names, marks, verdict),
    ]
    expect(shown({})).toEqual([...ranked])
    expect(shown({ shown: 'odd' })).toEqual([1, 3, 2])
    expect(shown({ shown: 'normal' })).toEqual([4, 0])
    expect(shown({ shown: 'marked' })).toEqual([2])
    expect(shown({ shown: 'unmarked', label: 1 })).toEqual([1])
    expect(shown({ label: -1 })).toEqual([3])
    expect(shown({ folder: 1 })).toEqual([3, 2])
  })

  it('of 50,000 images is ranked and filtered at once', () => {
    const many = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i))
    const ranked = rankedRows(many)
    expect(ranked).toHaveLength(50_000)
    expect(many[ranked[0]!]).toBeGreaterThanOrEqual(many[ranked[1]!]!)
  })
})

describe('figures', () => {
  it('count a mark more than a label, and leave out what nothing is known of', () => {
    const marks = Uint8Array.of(odd, none, none, none, none)
    expect([...knownTruth(names, ['good'], marks)]).toEqual([1, 1, 1, -1, 0])
    expect([...knownTruth(names, null, marks)]).toEqual([1, -1, -1, -1, -1])
  })

  it('are those of scikit-learn', () => {
    // roc_auc_score, average_precision_score, precision_score and recall_score of these.
    const figures = figuresOf(Float64Array.of(0.1, 0.4, 0.35, 0.8), Int8Array.of(0, 0, 1, 1))!
    expect(figures.auroc).toBeCloseTo(0.75, 12)
    expect(figures.averagePrecision).toBeCloseTo(0.8333333333333333, 12)
    const at = figuresAt(figures, 0.37)
    expect(at).toMatchObject({ truePositives: 1, falsePositives: 1, trueNegatives: 1, falseNegatives: 1 })
    expect(at).toMatchObject({ precision: 0.5, recall: 0.5, f1: 0.5 })
    expect(figuresAt(figures, 9)).toMatchObject({ precision: 0, recall: 0, f1: 0 })
  })

  it('need odd and normal images', () => {
    expect(figuresOf(scores, Int8Array.of(1, 1, -1, -1, -1))).toBeNull()
  })
})

describe('a histogram of scores', () => {
  it('counts every image, also one far away', () => {
    const far = Float64Array.from({ length: 101 }, (_, i) => (i === 100 ? 1e6 : i / 100))
    const { scored, normal: ofNormal, to } = histogramOf(far, Float64Array.of(0.2, 0.4), 20)
    expect(scored.reduce((sum, count) => sum + count, 0)).toBe(101)
    expect(ofNormal.reduce((sum, count) => sum + count, 0)).toBe(2)
    expect(to).toBeLessThan(100)
  })

  it('leaves normal ones their room where half of all are odd, and far away', () => {
    const ofNormal = Float64Array.from({ length: 100 }, (_, i) => i / 50)
    const all = Float64Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? i / 50 : 10 * i * i))
    const { normal } = histogramOf(all, ofNormal, 40)
    expect(normal.filter((count) => count > 0).length).toBeGreaterThan(4)
  })

  it('bears scores that are all the same', () => {
    const { from, to } = histogramOf(new Float64Array(5), new Float64Array(3), 12)
    expect(to).toBeGreaterThan(from)
  })
})

describe('re-ranking by marks', () => {
  const count = 400
  const texture = Float64Array.from({ length: count }, (_, i) => (i * 7919) % count)
  const error = Float64Array.from({ length: count }, (_, i) => (i * 104_729) % count)
  const both = texture.map((value, i) => value + error[i]!)
  const parts = { texture, error }

  it('leaves all as it is without marks', () => {
    expect(rerankedScores(both, parts, new Uint8Array(count))).toBe(both)
  })

  it('learns which measurement tells what a person calls odd, and keeps the values of the scores', () => {
    const marks = new Uint8Array(count)
    for (let i = 0; i < 60; i++) marks[i * 6] = texture[i * 6]! > 0.8 * count ? odd : normal
    const reranked = rerankedScores(both, parts, marks)
    expect(reranked.toSorted()).toEqual(both.toSorted())
    const overlap = (some: Float64Array) => {
      const top = new Set(rankedRows(some).slice(0, 80))
      return rankedRows(texture)
        .slice(0, 80)
        .filter((row) => top.has(row)).length
    }
    expect(overlap(reranked)).toBeGreaterThan(overlap(both) + 10)
  })

  it('changes little for a single mark', () => {
    const marks = new Uint8Array(count)
    marks[rankedRows(both)[3]!] = normal
    const top = (some: Float64Array) => [...rankedRows(some).slice(0, 40)]
    const kept = top(rerankedScores(both, parts, marks)).filter((row) => top(both).includes(row))
    expect(kept.length).toBeGreaterThan(30)
  })
})

it('pairs of duplicates come with the most alike first', () => {
  const duplicateOf = Int32Array.of(-1, 0, -1, 2)
  const duplicateDistance = Float64Array.of(NaN, 0.5, NaN, 0)
  expect([...duplicatePairs({ duplicateOf, duplicateDistance })]).toEqual([3, 1])
})

it('nobody is stranger than all normal ones', () => {
  expect(formatPercentile(100)).toBe('99.9')
  expect(formatPercentile(99.46)).toBe('99.4')
})
