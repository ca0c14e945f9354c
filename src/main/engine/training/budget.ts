import type { TrainingConfig } from '../../../shared/trainingConfig'
import type { TrainingPosition } from './position'

/** Share of the budget after which the number of epochs is fixed, for the learning rate falls from then on. */
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
 * @param spentMs of the budget: since the run began, its preparation included
 * @param epochMs that an epoch takes, its validation and its checkpoint included
 */
export function epochsWithin(
  { budgetMs, epochs }: Pick<TrainingConfig, 'epochs' | 'budgetMs'>,
  { epoch, plannedEpochs }: Pick<TrainingPosition, 'epoch' | 'plannedEpochs'>,
  spentMs: number,
  epochMs: number,
): number | null {
  if (budgetMs === null) return null
  if (plannedEpochs !== null && spentMs > fixedFrom * budgetMs) return plannedEpochs
  const fitting = epoch + Math.round((budgetMs - spentMs) / Math.max(epochMs, 0.01))
  return Math.max(1, epoch, Math.min(epochs, fitting))
}
