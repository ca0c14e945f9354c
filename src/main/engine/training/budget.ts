import type { TrainingConfig } from '../../../shared/trainingConfig'
import type { TrainingPosition } from './position'

/** Share of the budget after which the number of epochs is fixed, for the learning rate falls from then on. */
export const fixedFrom = 0.55

/** Epochs that a run has altogether: as many as were asked for or, with a budget, as fit into it. */
export function epochsOf(config: TrainingConfig, position: TrainingPosition): number {
  return config.budgetMs === null ? config.epochs : (position.plannedEpochs ?? config.epochs)
}

/**
 * Epochs that fit into the budget, by the time that those so far have taken. It is decided anew after each epoch until more than
 * half of the budget is spent: what else the machine does changes the speed. The schedule of the learning rate does not notice, as
 * long as the rate is held at its peak.
 *
 * @param spentMs of the budget: since the run began, its preparation included
 */
export function epochsWithin(
  { budgetMs, epochs }: TrainingConfig,
  { epoch, elapsedMs, plannedEpochs }: TrainingPosition,
  spentMs: number,
): number | null {
  if (budgetMs === null || epoch === 0) return plannedEpochs
  if (plannedEpochs !== null && spentMs > fixedFrom * budgetMs) return plannedEpochs
  const epochMs = elapsedMs / epoch
  const fitting = epoch + Math.round((budgetMs - spentMs) / epochMs)
  return Math.max(1, epoch, Math.min(epochs, fitting))
}
