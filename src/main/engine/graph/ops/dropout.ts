import type { Tensor } from '../tensor'
import { atLeast, mul } from './arithmetic'

/**
 * Dropout while training (Srivastava et al. 2014, in the inverted form): a share `rate` of the values becomes 0 and the
 * others grow by 1/(1 − rate), so that nothing is left to do once the model is trained.
 *
 * @param field uniform in [0, 1), one number a value: fed, so that a run can be repeated
 * @param rate 0 ≤ rate < 1
 */
export function dropout(x: Tensor, field: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new Error(`dropout: a rate of ${rate} is not in [0, 1).`)
  return rate === 0 ? x : mul(x, mul(atLeast(field, rate), 1 / (1 - rate)))
}
