import { percentileOf } from '../../../shared/anomalyFigures'
import { type AnomalySearch, markCodes } from '../../../shared/api/anomalies'
import { formatFixed } from '../../composables/format'

/** 99.4: always with one decimal, and never 100, since nobody has seen all normal images. */
export const formatPercentile = (percentile: number): string =>
  formatFixed(Math.min(99.9, Math.floor(percentile * 10) / 10), 1)

/** How strange a score is, in figures. @param normalScores sorted */
export const percentOf = (normalScores: ArrayLike<number>, score: number): string =>
  formatPercentile(percentileOf(normalScores, score))

/** Key of the text that says what counts: a mark, or else the score. */
export function verdictKey(mark: number | undefined, isOdd: boolean): string {
  if (mark === markCodes.odd) return 'anomalies.verdict.markedOdd'
  if (mark === markCodes.normal) return 'anomalies.verdict.markedNormal'
  return isOdd ? 'anomalies.verdict.odd' : 'anomalies.verdict.normal'
}

/** Key of the text that says with what images were compared. */
export const comparedKey = ({ kind }: AnomalySearch['normal']): string =>
  ({
    itself: 'anomalies.byItself',
    dataset: 'anomalies.byDataset',
    model: 'anomalies.byModel',
  })[kind]
