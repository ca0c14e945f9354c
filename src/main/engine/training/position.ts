import { z } from 'zod'
import type { ScheduleConfig } from '../../../shared/trainingConfig'

/** Where a run stands, beside its variables: with both, and the data, it goes on as if it had never stopped. */
export const trainingPositionSchema = z.object({
  /** Finished epochs. */
  epoch: z.number().int().min(0),
  /** Finished batches of the epoch after those, the sum of their losses and the time they took. */
  batch: z.number().int().min(0),
  lossSum: z.number(),
  epochMs: z.number().min(0),
  /** Optimizer steps so far. */
  step: z.number().int().min(0),
  bestLoss: z.number().nullable(),
  bestEpoch: z.number().int().min(0),
  epochsSinceBest: z.number().int().min(0),
  /** Of the plateau schedule. */
  plateaus: z.number().int().min(0),
  epochsOnPlateau: z.number().int().min(0),
  elapsedMs: z.number().min(0),
  /** Epochs that fit into the budget, by the speed so far; null for a run without a budget, and before the first. */
  plannedEpochs: z.number().int().min(1).nullable().default(null),
  /** Stages of pre-training that are over: one that is over does not come back when more epochs turn out to fit. */
  stage: z.number().int().min(0).default(0),
})
export type TrainingPosition = z.infer<typeof trainingPositionSchema>

export const startPosition: TrainingPosition = {
  epoch: 0,
  batch: 0,
  lossSum: 0,
  epochMs: 0,
  step: 0,
  bestLoss: null,
  bestEpoch: 0,
  epochsSinceBest: 0,
  plateaus: 0,
  epochsOnPlateau: 0,
  elapsedMs: 0,
  plannedEpochs: null,
  stage: 0,
}

/** Moves to the next epoch. @param loss by which epochs are compared. @returns whether this one was the best */
export function endEpochAt(
  position: TrainingPosition,
  { loss, epochMs, schedule }: { loss: number; epochMs: number; schedule: ScheduleConfig },
): boolean {
  const best = position.bestLoss === null || loss < position.bestLoss
  position.epoch++
  position.epochsSinceBest = best ? 0 : position.epochsSinceBest + 1
  position.epochsOnPlateau = best ? 0 : position.epochsOnPlateau + 1
  if (schedule.name === 'plateau' && position.epochsOnPlateau >= schedule.patience) {
    position.plateaus++
    position.epochsOnPlateau = 0
  }
  if (best) Object.assign(position, { bestLoss: loss, bestEpoch: position.epoch })
  Object.assign(position, { batch: 0, lossSum: 0, epochMs: 0, elapsedMs: position.elapsedMs + epochMs })
  return best
}
