import { gradients } from '../graph/autodiff'
import { placeholder } from '../graph/ops/placeholder'
import type { Tensor } from '../graph/tensor'
import type { Variable } from '../graph/variable'
import type { ParameterSet } from '../models/parameters'
import type { GraphOptimizer } from './optimizers'

/**
 * What one step of an optimizer changes: weights and state, by the gradients of a loss. It feeds `rate` [] and `stepSize` [].
 *
 * @param stored the parameters that the loss was made with, as `ParameterSet.stored` gives them
 */
export function stepUpdates(
  loss: Tensor,
  stored: ReadonlyMap<string, Tensor>,
  parameters: ParameterSet,
  optimizer: GraphOptimizer,
): Map<Variable, Tensor> {
  const flows = gradients(loss, [...stored.values()])
  const names = [...stored.keys()]
  const packed = parameters.pack((name) => flows[names.indexOf(name)]!)
  const current = new Map(
    [...parameters.variables, ...optimizer.variables].map((variable): [Variable, Tensor] => [
      variable,
      variable.value,
    ]),
  )
  const rates = { rate: placeholder('rate', []), stepSize: placeholder('stepSize', []) }
  const next = optimizer.step(current, packed, rates)
  return new Map([...next].filter(([variable, value]) => value !== variable.value))
}
