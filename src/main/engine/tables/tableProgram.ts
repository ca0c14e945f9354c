import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { OptimizerConfig } from '../../../shared/trainingConfig'
import { add, div, mul, sub } from '../graph/ops/arithmetic'
import { constant } from '../graph/ops/constant'
import { isKnown, orZero } from '../graph/ops/orZero'
import { placeholder } from '../graph/ops/placeholder'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { unitInterval } from '../graph/ops/unitInterval'
import type { GraphFunction, Program } from '../graph/program'
import { BATCH, type Tensor } from '../graph/tensor'
import { createVariable, type Variable } from '../graph/variable'
import { decodeToSums, encode, parametersOf } from '../models/autoencoder'
import { ParameterSet } from '../models/parameters'
import { createOptimizer, type GraphOptimizer } from '../training/optimizers'
import { stepUpdates } from '../training/stepUpdates'

/**
 * An autoencoder of rows with gaps. The network fills in what is missing by itself: what it says of the missing cells goes in
 * once more with the known ones, `rounds` times, and training goes through all of these. B is a batch, N the inputs.
 *
 * - `train`: feeds `input` float32 B×N, 0 where it is missing; `visible` and `known` bytes B×N, 255 where a cell is shown, and
 *   where there is one; `rate`, `stepSize` [], and `shownWeight`, `hiddenWeight` [], what a squared error counts → `loss` []
 * - `complete`: `input`, `visible` → `output` B×N, the last word of the network on all cells, and `code`
 */
export interface TableProgram {
  readonly program: Program
  readonly parameters: ParameterSet
  readonly optimizer: GraphOptimizer
}

/** How often the network fills in what is missing: in training, where gradients go through all of it, and in use. */
export interface Rounds {
  readonly training: number
  readonly use: number
}

/** @param spec of dense layers, tied or untied */
export function buildTableProgram(
  spec: ModelSpec,
  optimizerConfig: OptimizerConfig,
  rounds: Rounds,
): TableProgram {
  const parameters = new ParameterSet(parametersOf(spec).trained)
  const optimizer = createOptimizer(optimizerConfig, parameters)
  const functions = [
    trainFunction(spec, parameters, optimizer, rounds.training),
    completeFunction(spec, parameters, rounds.use),
  ]
  return {
    program: { variables: [...parameters.variables, ...optimizer.variables], functions },
    parameters,
    optimizer,
  }
}

/** The same for use alone. */
export function buildTableReader(
  spec: ModelSpec,
  rounds: number,
): { program: Program; parameters: ParameterSet } {
  const parameters = new ParameterSet(parametersOf(spec).trained)
  const functions = [completeFunction(spec, parameters, rounds)]
  return { program: { variables: parameters.variables, functions }, parameters }
}

/** @param shown what is known, and 0 elsewhere @param gaps 1 where it is not */
function completed(
  spec: ModelSpec,
  shown: Tensor,
  gaps: Tensor,
  parameters: ReadonlyMap<string, Tensor>,
  rounds: number,
): { output: Tensor; code: Tensor } {
  let row = shown
  for (let round = 1; ; round++) {
    const code = encode(spec, row, { parameters })
    const output = decodeToSums(spec, code, { parameters })
    if (round >= rounds) return { output, code }
    row = add(shown, mul(output, gaps))
  }
}

function feeds(spec: ModelSpec) {
  const columns = inputSize(spec.input)
  const bytes = (name: string) => unitInterval(placeholder(name, [BATCH, columns], 'uint8'))
  return { input: placeholder('input', [BATCH, columns]), visible: bytes('visible'), bytes }
}

function completeFunction(spec: ModelSpec, parameters: ParameterSet, rounds: number): GraphFunction {
  const { input, visible } = feeds(spec)
  const tensors = parameters.tensors(parameters.stored((variable) => variable.value))
  return { name: 'complete', outputs: completed(spec, mul(input, visible), sub(1, visible), tensors, rounds) }
}

function trainFunction(
  spec: ModelSpec,
  parameters: ParameterSet,
  optimizer: GraphOptimizer,
  rounds: number,
): GraphFunction {
  const { input, visible, bytes } = feeds(spec)
  const known = bytes('known')
  const stored = parameters.stored((variable) => variable.value)
  const tensors = parameters.tensors(stored)
  const { output } = completed(spec, mul(input, visible), sub(1, visible), tensors, rounds)
  const errors = sub(output, input)
  const shown = mul(sumOfSquares(mul(errors, visible)), placeholder('shownWeight', []))
  const hidden = mul(sumOfSquares(mul(errors, sub(known, visible))), placeholder('hiddenWeight', []))
  const loss = add(shown, hidden)
  return { name: 'train', outputs: { loss }, updates: stepUpdates(loss, stored, parameters, optimizer) }
}

/**
 * A model as other programs get it: `rows` float32 B×N in units of the columns, NaN where a value is missing → `output`, what the
 * network makes of all cells in those units, `filled`, the row with its gaps filled in, and `code`.
 */
export function portableTable(
  spec: ModelSpec,
  rounds: number,
  { centers, scales }: { readonly centers: Float32Array; readonly scales: Float32Array },
): { variables: readonly Variable[]; fn: GraphFunction } {
  const columns = inputSize(spec.input)
  const variables = parametersOf(spec).trained.map(({ name, shape }) => createVariable(name, shape))
  const parameters = new Map(variables.map((variable) => [variable.name, variable.value]))
  const [center, scale] = [constant([1, columns], [...centers]), constant([1, columns], [...scales])]
  const rows = placeholder('rows', [BATCH, columns])
  const [known, given] = [isKnown(rows), orZero(rows)]
  const gaps = sub(1, known)
  const shown = mul(div(sub(given, center), scale), known)
  const { output, code } = completed(spec, shown, gaps, parameters, rounds)
  const raw = add(mul(output, scale), center)
  const filled = add(mul(given, known), mul(raw, gaps))
  return { variables, fn: { name: 'complete', outputs: { output: raw, filled, code } } }
}
