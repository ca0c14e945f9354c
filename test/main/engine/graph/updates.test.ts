import { expect, test } from 'vitest'
import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { mul, sub } from '../../../../src/main/engine/graph/ops/arithmetic'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { sumOfSquares } from '../../../../src/main/engine/graph/ops/sumOfSquares'
import { adam, complement } from '../../../../src/main/engine/graph/ops/updates/adam'
import { momentumStep } from '../../../../src/main/engine/graph/ops/updates/momentum'
import { rmspropStep } from '../../../../src/main/engine/graph/ops/updates/rmsprop'
import { activationFunctions } from '../../../../src/main/engine/graph/ops/activations'
import type { Tensor } from '../../../../src/main/engine/graph/tensor'
import { createVariable, type Variable } from '../../../../src/main/engine/graph/variable'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes, floats, programOf, scalar, withProgram } from '../../../support/runtimes'
import { relativeError } from './finiteDifferences'

const size = 37
const w = createVariable('w', [size])
const first = createVariable('first', [size])
const second = createVariable('second', [size])
const three = [w, first, second] as const
const rate = placeholder('rate', [])
const target = placeholder('target', [size])

/** One element's weight and state, and its gradient: what a step makes of them, in doubles. */
type Plain = (state: number[], g: number, rate: number) => number[]

interface UpdateCase {
  variables: readonly Variable[]
  step(values: readonly Tensor[], gradient: Tensor): readonly Tensor[]
  plain: Plain
}

const momentum = 0.9
const decay = 0.95
const [beta1, beta2, epsilon] = [0.9, 0.99, 1e-4]

const adamCase = (gradientFactor: number): UpdateCase => ({
  variables: three,
  step: ([weight, m, v], g) =>
    adam(weight!, [m!, v!], mul(g, gradientFactor), rate, {
      beta1,
      beta2,
      epsilon,
      gradientFactor,
      variables: three,
    }),
  plain: ([weight, m, v], g, stepSize) => {
    const m2 = beta1 * m! + (1 - beta1) * g
    const v2 = beta2 * v! + (1 - beta2) * g * g
    return [weight! - (stepSize * m2) / (Math.sqrt(v2) + epsilon), m2, v2]
  },
})

const cases: Record<string, UpdateCase> = {
  adam: adamCase(1),
  'adam of scaled gradients': adamCase(0.3),
  'adam of gradients scaled as the first moment takes them': adamCase(complement(beta1)),
  momentum: {
    variables: [w, first],
    step: ([weight, velocity], g) =>
      momentumStep(weight!, velocity!, g, rate, { momentum, variables: [w, first] }),
    plain: ([weight, velocity], g, alpha) => {
      const next = momentum * velocity! + g
      return [weight! - alpha * next, next]
    },
  },
  rmsprop: {
    variables: three,
    step: ([weight, square, velocity], g) =>
      rmspropStep(weight!, [square!, velocity!], g, rate, { decay, momentum, epsilon, variables: three }),
    plain: ([weight, square, velocity], g, alpha) => {
      const square2 = decay * square! + (1 - decay) * g * g
      const velocity2 = momentum * velocity! + (alpha * g) / Math.sqrt(square2 + epsilon)
      return [weight! - velocity2, square2, velocity2]
    },
  },
}

/** ∂/∂w of ½·Σ(tanh w − target)² at another value of w. */
const slopeAt = (weight: Tensor) =>
  gradients(mul(sumOfSquares(sub(activationFunctions.tanh(weight), target)), 0.5), [weight])[0]!
const plainSlope = (weight: number, goal: number) => (Math.tanh(weight) - goal) * (1 - Math.tanh(weight) ** 2)

const random = randomNumbers(5)
const start = Float32Array.from({ length: size }, () => 2 * random() - 1)
const goal = Float32Array.from({ length: size }, () => 2 * random() - 1)
/** A schedule, so that a rate which does not arrive is noticed. */
const rates = Array.from({ length: 20 }, (_, i) => 0.05 / (1 + 0.1 * i))

function initial(variables: readonly Variable[]): Record<string, Float32Array> {
  return Object.fromEntries(
    variables.map(({ name }, i) => [name, i ? new Float32Array(size) : start.slice()]),
  )
}

function stepFunction(name: string, { variables, step }: UpdateCase, steps: number) {
  let values: readonly Tensor[] = variables.map((variable) => variable.value)
  for (let i = 0; i < steps; i++) values = step(values, slopeAt(values[0]!))
  return { name, outputs: {}, updates: new Map(variables.map((variable, i) => [variable, values[i]!])) }
}

describeRuntimes('updates', (runtime) => {
  test.each(Object.entries(cases))('20 steps of %s are those of plain JavaScript', async (_, one) => {
    const { variables, plain } = one
    const program = programOf(variables, stepFunction('step', one, 1))
    const read = await withProgram(runtime(), program, async (compiled) => {
      await compiled.write(initial(variables))
      for (const alpha of rates)
        await compiled.run('step', { rate: scalar(alpha), target: floats([size], goal) })
      return compiled.read()
    })
    const expected = Array.from(start, (weight, k) => {
      let state = [weight, 0, 0].slice(0, variables.length)
      for (const alpha of rates) state = plain(state, plainSlope(state[0]!, goal[k]!), alpha)
      return state
    })
    variables.forEach(({ name }, i) =>
      expect(
        relativeError(
          read[name]!,
          expected.map((state) => state[i]!),
        ),
        name,
      ).toBeLessThan(1e-5),
    )
  })

  test.each(Object.entries(cases))('5 steps of %s in one call are 5 calls', async (_, one) => {
    const { variables } = one
    const program = programOf(variables, stepFunction('step', one, 1), stepFunction('steps', one, 5))
    const feeds = { rate: scalar(0.05), target: floats([size], goal) }
    await withProgram(runtime(), program, async (compiled) => {
      await compiled.write(initial(variables))
      for (let i = 0; i < 10; i++) await compiled.run('step', feeds)
      const apart = await compiled.read()
      await compiled.write(initial(variables))
      for (let i = 0; i < 2; i++) await compiled.run('steps', feeds)
      const together = await compiled.read()
      for (const { name } of variables)
        expect(relativeError(together[name]!, apart[name]!)).toBeLessThan(1e-6)
    })
  })
})
