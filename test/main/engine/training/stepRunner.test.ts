import { expect, test } from 'vitest'
import type { ModelSpec } from '../../../../src/shared/modelSpec'
import { type NoiseSpec, parseNoise } from '../../../../src/shared/noise'
import { type OptimizerConfig, optimizerNames, optimizerSchema } from '../../../../src/shared/trainingConfig'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { createCorruptionSource } from '../../../../src/main/engine/training/corruption'
import { randomStream } from '../../../../src/main/engine/training/random'
import { ShuffledBatches } from '../../../../src/main/engine/training/shuffledBatches'
import { StepRunner } from '../../../../src/main/engine/training/stepRunner'
import { buildTrainingProgram } from '../../../../src/main/engine/training/trainingProgram'
import type { Tuning } from '../../../../src/main/engine/training/tuning'
import { rectangles } from '../../../support/memoryImages'
import { describeRuntimes, withProgram } from '../../../support/runtimes'
import { largestDifference, specOf } from '../../../support/training'

const small = specOf([12, 5])
/** Both kernels are too large for the bundle. */
const large = specOf([520, 80])
const shown = parseNoise('gaussian:10-50')
const batchSize = 16
const steps = 24

/** Weights and losses after some steps in groups of one call. */
async function after(
  runtime: Runtime,
  optimizer: OptimizerConfig,
  tuning: Tuning,
  { noise = shown, spec = small }: { noise?: NoiseSpec | null; spec?: ModelSpec } = {},
) {
  const {
    program,
    parameters,
    copies,
    optimizer: graph,
  } = buildTrainingProgram(spec, { optimizer, noise, averaged: false, ...tuning })
  return withProgram(runtime, program, async (compiled) => {
    const zeros = graph.variables.map(({ name, shape }) => [
      name,
      new Float32Array(shape[0]! * (shape[1] ?? 1)),
    ])
    const initial = initializeParameters(spec)
    await compiled.write({
      ...parameters.toVariables(initial),
      ...Object.fromEntries(copies.map((copy) => [copy.name, initial[copy.name]!])),
      ...Object.fromEntries(zeros),
    })
    const source = rectangles(batchSize * steps)
    const indices = Uint32Array.from({ length: source.count }, (_, i) => i)
    const batches = await new ShuffledBatches(source, indices, 1).epoch(0, 0)
    const corruption = noise && createCorruptionSource(noise, spec.input, 1, 1)
    const runner = new StepRunner(compiled, spec, optimizer, 0, corruption, tuning, batchSize)
    const losses: number[] = []
    for (let done = 0; done < steps; done += tuning.stepsPerCall) {
      const rates = Array.from({ length: tuning.stepsPerCall }, (_, i) => 0.01 / (1 + 0.1 * (done + i)))
      const plan = { steps: tuning.stepsPerCall, batchSize, rates, firstStep: done + 1 }
      losses.push(...Array.from(await runner.run(batches, plan, (step) => randomStream(9, done + step))))
    }
    return { losses, values: parameters.fromVariables(await compiled.read()) }
  })
}

type Trained = Awaited<ReturnType<typeof after>>

function expectSame(together: Trained, alone: Trained) {
  expect(together.losses).toHaveLength(steps)
  const most = Math.max(1, ...alone.losses)
  expect(largestDifference(together.losses, alone.losses)).toBeLessThan(1e-5 * most)
  for (const [key, value] of Object.entries(alone.values))
    expect(largestDifference(together.values[key]!, value), key).toBeLessThan(2e-5)
}

describeRuntimes(
  'steps that share a call, in parts side by side, on images as columns, are the steps they are alone',
  (runtime) => {
    test.each(optimizerNames)('%s', async (name) => {
      const optimizer = optimizerSchema.parse({ name, clipNorm: 0.1 })
      const alone = await after(runtime(), optimizer, {
        stepsPerCall: 1,
        shards: 1,
        columns: false,
        gram: false,
      })
      for (const tuning of [
        { stepsPerCall: 8, shards: 1, columns: false, gram: false },
        { stepsPerCall: 3, shards: 2, columns: false, gram: false },
        { stepsPerCall: 1, shards: 1, columns: true, gram: false },
        { stepsPerCall: 3, shards: 2, columns: true, gram: false },
      ])
        expectSame(await after(runtime(), optimizer, tuning), alone)
    })

    // A decoder that is copied must not be tied by that to the kernels of the step before.
    test.each(['tied', 'untied', 'copied'] as const)('with kernels in parts, %s', async (tying) => {
      const spec = { ...large, tying }
      const optimizer = optimizerSchema.parse({ name: 'adamw', clipNorm: 0.1 })
      const one = { stepsPerCall: 1, shards: 1, columns: false, gram: false }
      const alone = await after(runtime(), optimizer, one, { spec })
      for (const shards of [1, 2]) {
        const tuning = { stepsPerCall: 3, shards, columns: true, gram: false, partSize: 10_000 }
        expectSame(await after(runtime(), optimizer, tuning, { spec }), alone)
      }
    })

    test('with the loss out of a Gram matrix', async () => {
      const optimizer = optimizerSchema.parse({ name: 'adam' })
      const one = { stepsPerCall: 1, shards: 1, columns: false, gram: false }
      const alone = await after(runtime(), optimizer, one, { noise: null })
      for (const columns of [false, true])
        for (const shards of [1, 2]) {
          const tuning = { stepsPerCall: 3, shards, columns, gram: true }
          expectSame(await after(runtime(), optimizer, tuning, { noise: null }), alone)
        }
    })
  },
)
