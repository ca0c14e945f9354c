import { describe, expect, it } from 'vitest'
import {
  endEpochAt,
  startPosition,
  type TrainingPosition,
} from '../../../../src/main/engine/training/position'
import { scheduleFactor } from '../../../../src/main/engine/training/schedule'
import { type ScheduleConfig, scheduleSchema } from '../../../../src/shared/trainingConfig'

const constant: ScheduleConfig = { name: 'constant' }

function positionAfter(losses: readonly number[], schedule = constant) {
  const position: TrainingPosition = { ...startPosition }
  const best = losses.map((loss) => endEpochAt(position, { loss, epochMs: 7, schedule }))
  return { position, best }
}

describe('endEpochAt', () => {
  it('counts the epoch, keeps the best and begins the next one', () => {
    const position: TrainingPosition = {
      ...startPosition,
      ...{ batch: 9, lossSum: 3, epochMs: 50, step: 9, plannedEpochs: 4 },
    }
    expect(endEpochAt(position, { loss: 0.5, epochMs: 60, schedule: constant })).toBe(true)
    expect(position).toEqual({
      ...startPosition,
      ...{ epoch: 1, step: 9, bestLoss: 0.5, bestEpoch: 1, elapsedMs: 60, plannedEpochs: 4 },
    })
    expect(startPosition.epoch).toBe(0)
  })

  it('takes an epoch for the best only if it is better', () => {
    const { position, best } = positionAfter([0.5, 0.4, 0.4, 0.6, 0.3, 0.35])
    expect(best).toEqual([true, true, false, false, true, false])
    expect(position).toMatchObject({
      epoch: 6,
      bestEpoch: 5,
      bestLoss: 0.3,
      epochsSinceBest: 1,
      elapsedMs: 42,
    })
  })

  it('counts plateaus for the schedule that has them', () => {
    const plateau = scheduleSchema.parse({ name: 'plateau', patience: 2 })
    const losses = [0.5, 0.6, 0.6, 0.6, 0.4, 0.6, 0.6, 0.6, 0.6]
    expect(positionAfter(losses, plateau).position).toMatchObject({ plateaus: 3, epochsOnPlateau: 0 })
    expect(positionAfter(losses.slice(0, 4), plateau).position).toMatchObject({
      plateaus: 1,
      epochsOnPlateau: 1,
      epochsSinceBest: 3,
    })
    expect(positionAfter(losses).position.plateaus).toBe(0)
  })
})

describe('a cosine', () => {
  const factor = (settings: object, step: number) =>
    scheduleFactor(scheduleSchema.parse({ name: 'cosine', ...settings }), { step, steps: 100, plateaus: 0 })

  it('rises from the first step, is held and falls', () => {
    const settings = { hold: 0.6, warmup: 0.1 }
    expect([0, 4, 9, 10, 59, 60].map((step) => factor(settings, step))).toEqual([0.1, 0.5, 1, 1, 1, 1])
    expect(factor(settings, 80)).toBeCloseTo(0.5, 12)
    expect(factor(settings, 70)).toBeCloseTo((1 + Math.cos(Math.PI / 4)) / 2, 12)
    expect(factor(settings, 100)).toBeCloseTo(0, 12)
  })

  it('rises along a line while it falls along the cosine, where nothing is held', () => {
    const settings = { warmup: 0.5, floor: 0.2 }
    const without = { floor: 0.2 }
    for (const step of [0, 10, 30, 48])
      expect(factor(settings, step)).toBeCloseTo(((step + 1) / 50) * factor(without, step), 12)
    for (const step of [49, 60, 99]) expect(factor(settings, step)).toBe(factor(without, step))
  })

  it('has its peak in the first step without a warm-up, and in a run that is too short for one', () => {
    expect(factor({ hold: 0.6 }, 0)).toBe(1)
    const schedule = scheduleSchema.parse({ name: 'cosine', hold: 0.6, warmup: 0.01 })
    expect(scheduleFactor(schedule, { step: 0, steps: 20, plateaus: 0 })).toBe(1)
  })
})
