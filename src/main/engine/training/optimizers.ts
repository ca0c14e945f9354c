import type { OptimizerConfig } from '../../../shared/trainingConfig'
import { add, div, maximum, mul, sub } from '../graph/ops/arithmetic'
import { constant } from '../graph/ops/constant'
import { sumOfSquares } from '../graph/ops/sumOfSquares'
import { adam, complement } from '../graph/ops/updates/adam'
import { momentumStep } from '../graph/ops/updates/momentum'
import { rmspropStep } from '../graph/ops/updates/rmsprop'
import { sqrt } from '../graph/ops/unary'
import type { Tensor } from '../graph/tensor'
import { createVariable, type Variable } from '../graph/variable'
import type { ParameterSet } from '../models/parameters'

/** What is fed for each step: float32 [] each. */
export interface StepRates {
  /** α after schedule. */
  readonly rate: Tensor
  /** Adam's α_t (`adamStepSize`); the others use `rate`. */
  readonly stepSize: Tensor
}

/** An optimizer as graph: one step, from current values to new ones. */
export interface GraphOptimizer {
  /** Suffixes of its state's variables: `/m`, `/v`. They start at 0. */
  readonly slots: readonly string[]
  readonly variables: readonly Variable[]
  /** What it wants gradients multiplied by. */
  readonly gradientFactor: number
  /** New values of weights and state. @param gradients times `gradientFactor` */
  step(
    current: ReadonlyMap<Variable, Tensor>,
    gradients: ReadonlyMap<Variable, Tensor>,
    rates: StepRates,
  ): Map<Variable, Tensor>
}

/** α√(1−β₂ᵗ)/(1−β₁ᵗ), Kingma & Ba 2015, section 2. @param step counts from 1 */
export function adamStepSize(rate: number, { beta1, beta2 }: OptimizerConfig, step: number): number {
  return (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step)
}

const slotsOf: Record<OptimizerConfig['name'], readonly string[]> = {
  adam: ['/m', '/v'],
  adamw: ['/m', '/v'],
  sgd: ['/momentum'],
  rmsprop: ['/square', '/momentum'],
}

/**
 * @param scalesGradients whether gradients come in as Adam's first moment takes them, times 1 − β₁: that costs nothing where
 * the loss is multiplied by it, and spares a pass over each gradient
 */
export function createOptimizer(
  config: OptimizerConfig,
  parameters: ParameterSet,
  scalesGradients = false,
): GraphOptimizer {
  const isAdam = config.name === 'adam' || config.name === 'adamw'
  const gradientFactor = scalesGradients && isAdam ? complement(config.beta1) : 1
  const slots = slotsOf[config.name]
  const state = new Map(
    parameters.variables.map((weight) => [
      weight,
      slots.map((slot) => createVariable(weight.name + slot, weight.shape)),
    ]),
  )
  return {
    slots,
    variables: [...state.values()].flat(),
    gradientFactor,
    step(current, gradients, rates) {
      const next = new Map(current)
      for (const [weight, gradient] of clipped(gradients, config.clipNorm * gradientFactor)) {
        const variables = [weight, ...state.get(weight)!]
        const values = variables.map((variable) => current.get(variable)!)
        if (config.name === 'adamw') values[0] = decayed(values[0]!, weight, parameters, config, rates)
        update({ ...config, gradientFactor }, variables, values, gradient, rates).forEach((value, i) =>
          next.set(variables[i]!, value),
        )
      }
      return next
    },
  }
}

function update(
  config: OptimizerConfig & { readonly gradientFactor: number },
  variables: readonly Variable[],
  values: readonly Tensor[],
  gradient: Tensor,
  { rate, stepSize }: StepRates,
): readonly Tensor[] {
  const [weight, ...state] = values as [Tensor, ...Tensor[]]
  const three = variables as unknown as readonly [Variable, Variable, Variable]
  const two = state as unknown as readonly [Tensor, Tensor]
  switch (config.name) {
    case 'adam':
    case 'adamw':
      return adam(weight, two, gradient, stepSize, { ...config, variables: three })
    case 'sgd':
      return momentumStep(weight, state[0]!, gradient, rate, { ...config, variables: [three[0], three[1]] })
    case 'rmsprop':
      return rmspropStep(weight, two, gradient, rate, { ...config, variables: three })
  }
}

/** w ← (1 − αλ)·w for kernels (Loshchilov & Hutter 2019, algorithm 2). */
function decayed(
  value: Tensor,
  variable: Variable,
  parameters: ParameterSet,
  { weightDecay }: OptimizerConfig,
  { rate }: StepRates,
): Tensor {
  const decay = parameters.elementwise(variable, ({ kind }) => (kind === 'kernel' ? weightDecay : 0))
  if (decay === 0) return value
  const factor = typeof decay === 'number' ? mul(rate, decay) : mul(constant([decay.length], decay), rate)
  return mul(value, sub(1, factor))
}

/** All gradients scaled so that their joint norm is at most `limit` (Pascanu et al. 2013); 0 leaves them alone. */
function clipped(gradients: ReadonlyMap<Variable, Tensor>, limit: number): ReadonlyMap<Variable, Tensor> {
  if (limit === 0) return gradients
  const norm = sqrt([...gradients.values()].map(sumOfSquares).reduce((a, b) => add(a, b)))
  const scale = div(constant([], [limit]), maximum(norm, limit))
  return new Map([...gradients].map(([variable, gradient]) => [variable, mul(gradient, scale)]))
}
