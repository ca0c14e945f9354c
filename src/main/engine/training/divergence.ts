import { ExpectedError } from '../../../shared/errors'
import { divergedWords, lowerRate } from '../../../shared/mending'
import type { OptimizerConfig } from '../../../shared/trainingConfig'

/** Whether all values are finite. A sum, since `every` takes ten times as long. */
export function areNumbers(values: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0
  return sum === 0
}

/** @param epoch in which it was noticed, from 1 */
export function divergence(
  epoch: number,
  optimizer: Pick<OptimizerConfig, 'name' | 'learningRate'>,
): ExpectedError {
  const kept = epoch > 1 ? ' The best model of the epochs before is kept.' : ''
  return new ExpectedError(
    'diverged',
    `The loss is no longer a number in epoch ${epoch}: ${divergedWords}. Start again with a lower learning rate, for example ${lowerRate(optimizer)}.${kept}`,
  )
}
