import { afterEach, describe, expect, it, vi } from 'vitest'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { epochsOf, epochsWithin, timeLeft } from '../../../../src/main/engine/training/budget'
import { type TrainingPosition, trainingPositionSchema } from '../../../../src/main/engine/training/position'
import { scheduleFactor } from '../../../../src/main/engine/training/schedule'
import type { Trainer } from '../../../../src/main/engine/training/trainer'
import { rectangles } from '../../../support/memoryImages'
import { describeRuntimes } from '../../../support/runtimes'
import { specOf, trainWith, withoutTimes, withTrainer } from '../../../support/training'

const budget = { budgetMs: 10_000 }
const start = { epoch: 0, plannedEpochs: null }
const times = { preparationMs: 0, trainedMs: 0, epochMs: 1000 }

describe('epochsWithin', () => {
  it('is null without a budget', () => {
    expect(epochsWithin({ budgetMs: null }, start, times)).toBeNull()
  })

  it('counts what fits into the time that is left', () => {
    expect(epochsWithin(budget, start, times)).toBe(10)
    expect(epochsWithin(budget, start, { ...times, preparationMs: 4000 })).toBe(6)
    expect(epochsWithin(budget, start, { ...times, epochMs: 1300 })).toBe(8)
    const position = { epoch: 2, plannedEpochs: 10 }
    expect(epochsWithin(budget, position, { ...times, trainedMs: 5000, epochMs: 2500 })).toBe(4)
    expect(epochsWithin(budget, position, { ...times, trainedMs: 1000, epochMs: 500 })).toBe(20)
  })

  it('is one at least, and no less than there were', () => {
    expect(epochsWithin(budget, start, { ...times, epochMs: 1e6 })).toBe(1)
    expect(epochsWithin(budget, start, { ...times, preparationMs: 20_000 })).toBe(1)
    const late = { preparationMs: 0, trainedMs: 30_000, epochMs: 10_000 }
    expect(epochsWithin(budget, { epoch: 3, plannedEpochs: null }, late)).toBe(3)
    expect(epochsWithin(budget, start, { ...times, epochMs: 1 })).toBe(10_000)
    expect(epochsWithin(budget, start, { ...times, epochMs: 0 })).toBe(1_000_000)
  })

  it('is decided no more once six tenths of the time for training are over', () => {
    const position = { epoch: 4, plannedEpochs: 12 }
    expect(epochsWithin(budget, position, { ...times, trainedMs: 5900 })).toBe(8)
    expect(epochsWithin(budget, position, { ...times, trainedMs: 6100 })).toBe(12)
    const spent = { preparationMs: 5000, trainedMs: 3100, epochMs: 1000 }
    expect(epochsWithin(budget, position, spent)).toBe(12)
    // After the first epoch the speed is known for the first time.
    const first = { epoch: 1, plannedEpochs: 12 }
    expect(epochsWithin(budget, first, { ...times, trainedMs: 7000, epochMs: 7000 })).toBe(1)
  })
})

describe('epochsOf', () => {
  it('is what was asked for or, with a budget, what is planned', () => {
    expect(epochsOf({ epochs: 7, budgetMs: null }, { plannedEpochs: 3 })).toBe(7)
    expect(epochsOf({ epochs: 7, budgetMs: 1000 }, { plannedEpochs: 3 })).toBe(3)
    expect(epochsOf({ epochs: 7, budgetMs: 1000 }, { plannedEpochs: null })).toBe(7)
  })
})

/** The schema asks for a second at least. */
const config = trainingConfigSchema.parse({
  epochs: 100_000,
  budgetMs: 1500,
  batchSize: 64,
  validationSplit: 0,
  optimizer: { learningRate: 0.01 },
  schedule: { name: 'cosine', hold: 0.6, warmup: 0.01 },
})
const spec = specOf([12, 5])
const images = rectangles(64)

afterEach(() => void vi.restoreAllMocks())

/**
 * A clock that moves when the trainer asks whether to go on, which it does twice an epoch of one step: so an epoch takes as
 * long as is said, whatever else the machine does.
 */
function clockOf(epochMs: (epoch: number) => number) {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return (trainer: Trainer) => (now += epochMs(trainer.position.epoch + 1) / 2)
}

async function trainWithin(trainer: Trainer, epochMs: (epoch: number) => number, pauseAfter = Infinity) {
  const tick = clockOf(epochMs)
  return trainWith(trainer, {
    requested: () => {
      if (trainer.position.epoch >= pauseAfter) return 'pause'
      tick(trainer)
      return 'continue'
    },
  })
}

/** The rate of the last step of a whole schedule. */
function lastRate(steps: number): number {
  return 0.01 * scheduleFactor(config.schedule, { step: steps - 1, steps, plateaus: 0 })
}

describeRuntimes('a run with a budget', (runtime) => {
  it.each<[string, number, number, (epoch: number) => number, number]>([
    ['at an even speed', 100, 0, () => 100, 15],
    ['after a preparation', 100, 500, () => 100, 10],
    ['whose speed was guessed too low', 1000, 0, () => 100, 15],
    ['whose speed was guessed too high', 10, 0, () => 100, 15],
    ['that slows down when its end is settled', 100, 0, (epoch) => (epoch > 11 ? 400 : 100), 15],
    ['that slows down early', 100, 0, (epoch) => (epoch > 3 ? 300 : 100), 8],
    ['that gets faster early', 200, 0, (epoch) => (epoch > 2 ? 50 : 200), 20],
  ])('ends by its plan, and so does its schedule: %s', async (_, guessedMs, prepared, epochMs, epochs) => {
    await withTrainer(runtime(), spec, config, images, async (trainer) => {
      trainer.preparationMs = prepared
      trainer.planEpochs((1000 * images.count) / guessedMs)
      const { outcome, metrics } = await trainWithin(trainer, epochMs)
      expect(outcome).toBe('done')
      expect(metrics).toHaveLength(epochs)
      expect(trainer.position).toMatchObject({ epoch: epochs, plannedEpochs: epochs })
      expect(metrics.at(-1)).toMatchObject({ epochs, timeLeftMs: 0 })
      expect(metrics.at(-1)!.learningRate).toBeCloseTo(lastRate(epochs), 9)
      expect(metrics.at(-1)!.learningRate).toBeLessThan(0.0025)
    })
  })

  it('resumes with the plan of its checkpoint, and computes what it would have', async () => {
    const whole = await withTrainer(runtime(), spec, config, images, async (trainer) => {
      trainer.planEpochs(640)
      const { metrics } = await trainWithin(trainer, () => 100)
      return { metrics, values: await trainer.values() }
    })
    const saved = await withTrainer(runtime(), spec, config, images, async (trainer) => {
      trainer.planEpochs(640)
      const { outcome, metrics } = await trainWithin(trainer, () => 100, 11)
      expect(outcome).toBe('paused')
      return { metrics, values: await trainer.values(), position: JSON.stringify(trainer.position) }
    })
    await withTrainer(runtime(), spec, config, images, async (trainer) => {
      const position: TrainingPosition = trainingPositionSchema.parse(JSON.parse(saved.position))
      await trainer.restore(saved.values, position)
      expect(trainer.position.plannedEpochs).toBe(15)
      expect(trainer.epochs).toBe(15)
      // Slower now, which changes nothing any more.
      const { metrics } = await trainWithin(trainer, () => 170)
      expect([...saved.metrics, ...metrics].map(withoutTimes)).toEqual(whole.metrics.map(withoutTimes))
      expect(await trainer.values()).toEqual(whole.values)
      expect(trainer.position.plannedEpochs).toBe(15)
    })
  })
})

describe('a position that was saved before there were budgets', () => {
  it('has no plan', () => {
    const { plannedEpochs } = trainingPositionSchema.parse({
      ...{ epoch: 2, batch: 0, lossSum: 0, epochMs: 0, step: 9, bestLoss: 0.1, bestEpoch: 2 },
      ...{ epochsSinceBest: 0, plateaus: 0, epochsOnPlateau: 0, elapsedMs: 5 },
    })
    expect(plannedEpochs).toBeNull()
  })
})

describe('the time that is left', () => {
  const position = { elapsedMs: 20_000, epochMs: 1000 }

  it.each([
    ['by the epochs', null, 300_000, 300_000],
    ['no more than the budget has', 60_000, 300_000, 34_000],
    ['by the epochs where they fit', 60_000, 12_000, 12_000],
    ['never less than nothing', 20_000, 12_000, 0],
  ])('is told %s', (_, budgetMs, byEpochs, expected) => {
    expect(timeLeft({ budgetMs }, position, 5000, byEpochs)).toBe(expected)
  })
})
