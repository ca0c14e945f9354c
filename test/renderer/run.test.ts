import { describe, expect, it } from 'vitest'
import type { RunProgress, RunSummary } from '../../src/shared/api/library'
import { niceRange } from '../../src/renderer/components/charts/niceRange'
import { imageRows } from '../../src/renderer/components/run/imageRows'
import { scaleMarks } from '../../src/renderer/components/run/psnrScale'
import { isChoosing, isPreparing, shareDone, timeDone } from '../../src/renderer/composables/shareDone'
import { texts } from '../../src/shared/texts'
import { mendChanges } from '../../src/shared/mending'
import { findingKinds } from '../../src/shared/run'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'

describe('the scale of a PSNR', () => {
  it('goes from the lowest to the highest, whichever they are', () => {
    const pca = { psnr: 20, components: 32 }
    const good = scaleMarks({ mean: 12, pca }, 22)
    expect(good.map(({ key }) => key)).toEqual(['mean', 'pca', 'model'])
    expect(good[0]!.at).toBeCloseTo(0.06)
    expect(good[1]!.at).toBeCloseTo(0.06 + 0.88 * 0.8)
    expect(good[2]!.at).toBeCloseTo(0.94)
    expect(scaleMarks({ mean: 12, pca }, 8).map(({ key }) => key)).toEqual(['model', 'mean', 'pca'])
    expect(scaleMarks({ mean: 12, pca: null }, null)).toEqual([{ key: 'mean', psnr: 12, at: 0.06 }])
  })

  it('does not draw a hair’s breadth as a great distance', () => {
    const [mean, model] = scaleMarks({ mean: 12, pca: null }, 12.1)
    expect(model!.at - mean!.at).toBeLessThan(0.1)
  })
})

describe('an axis with lines to compare with', () => {
  it.each([
    [[12.3, 24.1], { min: 12, max: 26, interval: 2 }],
    [[7.6, 16.6, 18.9], { min: 6, max: 20, interval: 2 }],
    [[-1, 1], { min: -1, max: 1, interval: 0.5 }],
  ])('of %j ends at round figures', (values, range) => {
    expect(niceRange(values)).toEqual(range)
  })

  it('holds a single value', () => {
    const { min, max } = niceRange([7.3])
    expect(min).toBeLessThanOrEqual(7.3)
    expect(max).toBeGreaterThan(min)
  })
})

describe('how images stand in rows', () => {
  it.each([
    ['small ones in one row', 16, 28, 1128, { columns: 13, rows: 1 }],
    ['and in two, where there is less room', 16, 28, 700, { columns: 8, rows: 2 }],
    ['large ones in one', 16, 128, 1128, { columns: 7, rows: 1 }],
    ['and larger ones', 16, 256, 1128, { columns: 4, rows: 1 }],
    ['large ones in a narrow window in two', 16, 128, 356, { columns: 2, rows: 2 }],
    ['small ones in a narrow window', 16, 28, 356, { columns: 4, rows: 2 }],
    ['few of them', 3, 28, 1128, { columns: 3, rows: 1 }],
    ['none', 0, 28, 1128, { columns: 1, rows: 0 }],
  ])('%s', (_, count, side, width, rows) => {
    expect(imageRows(count, side, width)).toEqual(rows)
  })

  it('never leaves a row half empty', () => {
    for (let count = 1; count <= 16; count++)
      for (let width = 200; width < 1500; width += 50) {
        const { columns, rows } = imageRows(count, 28, width)
        expect(columns * rows).toBeLessThanOrEqual(count)
        expect(columns).toBeGreaterThan(0)
      }
  })
})

describe('how far a run is', () => {
  const runOf = (changes: object, config: object = {}) =>
    ({
      state: 'training',
      epochs: 0,
      last: null,
      ...changes,
      config: trainingConfigSchema.parse(config),
    }) as unknown as RunSummary
  const progressOf = (changes: Partial<RunProgress>): RunProgress => ({
    ...{ phase: 'training', epoch: 3, epochs: 10, batch: 5, batches: 10 },
    ...{ trainLoss: 0.1, samplesPerSecond: 1000, timeLeftMs: 28_000 },
    ...changes,
  })

  it('is not known before the first step', () => {
    const run = runOf({})
    expect(isPreparing(run, null)).toBe(true)
    expect(shareDone(run, progressOf({ phase: 'preparing' }))).toBeNull()
    expect(shareDone(run, progressOf({}))).toBeCloseTo(0.25)
    expect(isPreparing(runOf({ state: 'paused' }), null)).toBe(false)
  })

  it('has its runtime chosen before the first step where it is new and has a budget', () => {
    const preparing = progressOf({ phase: 'preparing' })
    expect(isChoosing(runOf({}, { budgetMs: 60_000 }), preparing)).toBe(true)
    expect(isChoosing(runOf({}, { budgetMs: 60_000 }), progressOf({}))).toBe(false)
    expect(isChoosing(runOf({ epochs: 2 }, { budgetMs: 60_000 }), preparing)).toBe(false)
    expect(isChoosing(runOf({}), preparing)).toBe(false)
  })

  it('is a share of the time where it has a budget', () => {
    const run = runOf({}, { budgetMs: 60_000 })
    expect(timeDone(run, progressOf({}))).toEqual({ elapsedMs: 32_000, budgetMs: 60_000 })
    expect(shareDone(run, progressOf({}))).toBeCloseTo(32 / 60)
    expect(timeDone(runOf({ last: { elapsedMs: 15_000 } }, { budgetMs: 60_000 }), null)).toMatchObject({
      elapsedMs: 15_000,
    })
  })

  it('is a share of the epochs where it was trained further than its budget', () => {
    const run = runOf({}, { budgetMs: 10_000 })
    expect(timeDone(run, progressOf({}))).toBeNull()
    expect(shareDone(run, progressOf({}))).toBeCloseTo(0.25)
  })
})

it('has words for each finding, each change and each verdict, in both languages', () => {
  for (const { run } of Object.values(texts)) {
    expect(Object.keys(run.finding).sort()).toEqual([...findingKinds].sort())
    expect(Object.keys(run.change).sort()).toEqual([...mendChanges].sort())
    expect(Object.keys(run.changeName).sort()).toEqual([...mendChanges].sort())
    for (const words of [run.doneAs, run.overAs])
      expect(Object.keys(words).sort()).toEqual(['below-pca', 'good', 'unknown', 'useless'])
  }
})
