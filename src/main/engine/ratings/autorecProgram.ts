import { codeSize, type DenseLayer, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { OptimizerConfig } from '../../../shared/trainingConfig'
import { add, mul, sub } from '../graph/ops/arithmetic'
import { dropout } from '../graph/ops/dropout'
import { linear } from '../graph/ops/linear'
import { placeholder } from '../graph/ops/placeholder'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { unitInterval } from '../graph/ops/unitInterval'
import type { GraphFunction, Program } from '../graph/program'
import { BATCH, type Tensor } from '../graph/tensor'
import {
  biasOf,
  decodeToSums,
  encode,
  encoderKernel,
  hiddenReconstruction,
  parametersOf,
  reconstructToSums,
} from '../models/autoencoder'
import { ParameterSet } from '../models/parameters'
import { createOptimizer, type GraphOptimizer } from '../training/optimizers'
import { stepUpdates } from '../training/stepUpdates'

export interface AutorecProgramOptions {
  readonly optimizer: OptimizerConfig
  /** Weight of the squared norm of all kernels beside the mean squared error. */
  readonly penalty: number
  /** Share of the code that is left out in each step. */
  readonly codeDropout: number
}

/**
 * An autoencoder of the rows of a matrix with gaps (Sedhain et al. 2015, AutoRec; Kuchaiev & Ginsburg 2017). B is a batch, N the
 * columns.
 *
 * - `train`: feeds `input` and `target` float32 B×N, 0 where there is no value; `mask` bytes B×N, 255 where there is one;
 *   `weight` [], 1 / how many there are; `field` B×code with dropout; `rate` [] and `stepSize` [] → `loss` [], the masked MSE
 * - `features`: `input` → `features`, what the last layer of the decoder reads, and `code`
 * - `reconstruct`: `input` → `output` B×N
 */
export interface AutorecProgram {
  readonly program: Program
  readonly parameters: ParameterSet
  readonly optimizer: GraphOptimizer
}

/** @param spec of dense layers, tied or untied */
export function buildAutorecProgram(spec: ModelSpec, options: AutorecProgramOptions): AutorecProgram {
  const parameters = new ParameterSet(parametersOf(spec).trained)
  const optimizer = createOptimizer(options.optimizer, parameters)
  const functions = [
    trainFunction(spec, parameters, optimizer, options),
    ...outputFunctions(spec, parameters),
  ]
  const variables = [...parameters.variables, ...optimizer.variables]
  return { program: { variables, functions }, parameters, optimizer }
}

function trainFunction(
  spec: ModelSpec,
  parameters: ParameterSet,
  optimizer: GraphOptimizer,
  { penalty, codeDropout }: AutorecProgramOptions,
): GraphFunction {
  const columns = inputSize(spec.input)
  const [input, target] = ['input', 'target'].map((name) => placeholder(name, [BATCH, columns]))
  const mask = unitInterval(placeholder('mask', [BATCH, columns], 'uint8'))
  const stored = parameters.stored((variable) => variable.value)
  const tensors = parameters.tensors(stored)
  const code = encode(spec, input!, { parameters: tensors })
  const kept =
    codeDropout > 0 ? dropout(code, placeholder('field', [BATCH, codeSize(spec)]), codeDropout) : code
  const output = decodeToSums(spec, kept, { parameters: tensors })
  const squares = sumOfSquares(mul(sub(output, target!), mask))
  const loss = mul(squares, placeholder('weight', []))
  const updates = stepUpdates(penalised(loss, parameters, tensors, penalty), stored, parameters, optimizer)
  return { name: 'train', outputs: { loss }, updates }
}

/** loss + λ·Σ‖W‖² */
function penalised(
  loss: Tensor,
  parameters: ParameterSet,
  tensors: ReadonlyMap<string, Tensor>,
  penalty: number,
): Tensor {
  if (penalty === 0) return loss
  const kernels = parameters.parameters.filter(({ kind }) => kind === 'kernel')
  const norms = kernels.map(({ name }) => sumOfSquares(tensors.get(name)!))
  return add(
    loss,
    mul(
      norms.reduce((a, b) => add(a, b)),
      penalty,
    ),
  )
}

function outputFunctions(spec: ModelSpec, parameters: ParameterSet): GraphFunction[] {
  const tensors = parameters.tensors(parameters.stored((variable) => variable.value))
  const options = { parameters: tensors }
  const input = placeholder('input', [BATCH, inputSize(spec.input)])
  const sums = linear(input, tensors.get(encoderKernel(0))!, tensors.get(biasOf('encoder', 0))!)
  const outputs = {
    features: hiddenReconstruction(spec, sums, options),
    ...(spec.encoder.length > 1 && { code: encode(spec, input, options) }),
  }
  return [
    { name: 'features', outputs },
    { name: 'reconstruct', outputs: { output: reconstructToSums(spec, input, options) } },
  ]
}

/** The width of what the last layer of the decoder reads. */
export const featureCount = (spec: ModelSpec): number => (spec.encoder[0] as DenseLayer).units
