import { ExpectedError } from '../../../shared/errors'
import { lowerRate } from '../../../shared/mending'
import type { OptimizerConfig } from '../../../shared/trainingConfig'
import { sentence } from '../../../shared/texts/sentence'

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
  const key = epoch > 1 ? 'training.lossNoNumberLater' : 'training.lossNoNumber'
  return new ExpectedError('diverged', sentence(key, { epoch, rate: lowerRate(optimizer) }))
}
