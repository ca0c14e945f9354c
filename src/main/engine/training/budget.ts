import type { TrainingConfig } from '../../../shared/trainingConfig'
import type { TrainingPosition } from './position'

/** Share of the time after which the number of epochs is fixed, for the learning rate falls from then on. */
const fixedFrom = 0.6

/** Epochs that a run has altogether: as many as were asked for or, with a budget, as fit into it. */
export function epochsOf(
  config: Pick<TrainingConfig, 'epochs' | 'budgetMs'>,
  { plannedEpochs }: Pick<TrainingPosition, 'plannedEpochs'>,
): number {
  return config.budgetMs === null ? config.epochs : (plannedEpochs ?? config.epochs)
}

/**
 * Epochs that fit into the budget. It is decided anew after each epoch until much of the budget is spent, since what else the
 * machine does changes the speed. The schedule of the learning rate does not notice, as long as the rate is held at its peak.
 *
 * @param preparationMs of the budget, spent before the first step
 * @param trainedMs since then
 * @param epochMs that an epoch takes, its validation and its checkpoint included
 */
export function epochsWithin(
  { budgetMs }: Pick<TrainingConfig, 'budgetMs'>,
  { epoch, plannedEpochs }: Pick<TrainingPosition, 'epoch' | 'plannedEpochs'>,
  { preparationMs, trainedMs, epochMs }: { preparationMs: number; trainedMs: number; epochMs: number },
): number | null {
  if (budgetMs === null) return null
  const availableMs = budgetMs - preparationMs
  if (plannedEpochs !== null && epoch > 1 && trainedMs > fixedFrom * availableMs) return plannedEpochs
  const fitting = epoch + Math.round((availableMs - trainedMs) / Math.max(epochMs, 0.01))
  return Math.max(1, epoch, fitting)
}

/**
 * How long the epochs that are left will take, but no longer than what is left of the budget: the first plan knows the speed
 * from a short trial alone.
 *
 * @param preparationMs of the budget, spent beside the training
 */
export function timeLeft(
  { budgetMs }: Pick<TrainingConfig, 'budgetMs'>,
  { elapsedMs, epochMs }: Pick<TrainingPosition, 'elapsedMs' | 'epochMs'>,
  preparationMs: number,
  byEpochsMs: number,
): number {
  if (budgetMs === null) return byEpochsMs
  return Math.min(byEpochsMs, Math.max(0, budgetMs - preparationMs - elapsedMs - epochMs))
}
