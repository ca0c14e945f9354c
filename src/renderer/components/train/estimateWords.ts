import type { TrainingEstimate } from '../../../shared/api/commands'
import type { Budget } from '../../../shared/plan'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { formatCount, formatDuration, formatMeasured } from '../../composables/format'
import { i18n } from '../../i18n'

/** How long a run takes, or how much fits into its time, by the speed that was measured. */
export function estimateWords(
  { epochMs }: Pick<TrainingEstimate, 'epochMs'>,
  { epochs, budgetMs }: Pick<TrainingConfig, 'epochs' | 'budgetMs'>,
  budget: Budget | null,
): string {
  const { t } = i18n.global
  const epoch = formatMeasured(epochMs)
  if (budget === 'auto') return t('train.estimateAuto', { epoch })
  if (budgetMs === null) return t('train.estimate', { epoch, all: formatDuration(epochMs * epochs) })
  const time = formatDuration(budgetMs)
  if (epochMs > budgetMs) return t('train.estimateTooLong', { epoch, time })
  const n = Math.round(budgetMs / epochMs)
  return t('train.estimateTime', { time, n: formatCount(n) }, n)
}
