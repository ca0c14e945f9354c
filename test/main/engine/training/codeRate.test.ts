import { describe, expect, it, test } from 'vitest'
import { roundingStep, throughRoundedCode } from '../../../../src/main/engine/training/codeRate'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { checkTraining } from '../../../../src/main/engine/training/checkTraining'
import { parametersOf } from '../../../../src/main/engine/models/autoencoder'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reshape } from '../../../../src/main/engine/graph/ops/reshape'
import { transpose } from '../../../../src/main/engine/graph/ops/transpose'
import { BATCH } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import { type ModelSpec, modelSpecSchema } from '../../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { rectangles } from '../../../support/memoryImages'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes, withProgram } from '../../../support/runtimes'
import { largestDifference, specOf, trainWith, withTrainer } from '../../../support/training'

const dense = specOf([6, 3])
const convolutional = modelSpecSchema.parse({
  input: { height: 8, width: 8, channels: 1 },
  encoder: [
    { type: 'conv', filters: 4, stride: 2 },
    { type: 'conv', filters: 2, stride: 2, activation: 'linear' },
  ],
})
const count = 5
const weight = 0.05

/** Codes without noise, and bits a pixel, as the graph gives them. */
async function rateOf(runtime: Runtime, spec: ModelSpec, columns: boolean, noise: Float32Array) {
  const values = initializeParameters(spec)
  const variables = parametersOf(spec).trained.map(({ name, shape }) => createVariable(name, shape))
  const parameters = new Map(variables.map((variable) => [variable.name, variable.value]))
  const fed = placeholder('image', [BATCH, 64])
  const image = columns ? transpose(fed) : fed
  const { sums, bitsPerPixel } = throughRoundedCode(spec, image, 'x', weight, { parameters, columns })
  const outputs = { sums: columns ? transpose(sums) : sums, bits: reshape(bitsPerPixel, [1]) }
  const functions = [{ name: 'rate', outputs, updates: new Map() }]
  return withProgram(runtime, { variables, functions }, async (compiled) => {
    await compiled.write(values)
    const random = randomNumbers(2)
    const images = Float32Array.from({ length: count * 64 }, () => random())
    const result = await compiled.run('rate', {
      image: { shape: [count, 64], data: images },
      'x.code': { shape: [count, noise.length / count], data: noise },
    })
    return { sums: result.sums!.data as Float32Array, bits: result.bits!.data[0]! }
  })
}

describe('the step of rounding', () => {
  it('is where the error that it adds is worth the bits that it saves', () => {
    const step = roundingStep(weight)
    expect((2 * Math.LN2 * step ** 2) / 12).toBeCloseTo(weight, 10)
  })

  it('is for models with a code alone', () => {
    const config = trainingConfigSchema.parse({ compressible: 0.03 })
    const restorer: ModelSpec = { ...convolutional, skips: true }
    expect(() => checkTraining(restorer, config)).toThrow('Only an autoencoder with a code')
    expect(() => checkTraining(dense, config)).not.toThrow()
  })
})

describeRuntimes('codes that are trained to be small', (runtime) => {
  test('cost the same as rows and as columns, and less the less they vary', async () => {
    const quiet = new Float32Array(count * 3)
    const rows = await rateOf(runtime(), dense, false, quiet)
    const columns = await rateOf(runtime(), dense, true, quiet)
    expect(columns.bits).toBeCloseTo(rows.bits, 5)
    expect(largestDifference(columns.sums, rows.sums)).toBeLessThan(1e-5)
    expect(rows.bits).toBeGreaterThan(0)
  })

  test('are drawn with noise of the step', async () => {
    const random = randomNumbers(4)
    const noise = Float32Array.from({ length: count * 8 }, () => random() - 0.5)
    const still = await rateOf(
      runtime(),
      convolutional,
      false,
      noise.map(() => 0),
    )
    const noisy = await rateOf(runtime(), convolutional, false, noise)
    expect(noisy.bits).toBe(still.bits)
    expect(largestDifference(noisy.sums, still.sums)).toBeGreaterThan(0.01)
  })

  test('vary less after training than those of a model that may do as it likes', async () => {
    const source = rectangles(96)
    const variance = async (compressible: number | null) =>
      withTrainer(
        runtime(),
        specOf([24, 6]),
        { epochs: 8, batchSize: 16, compressible, optimizer: { learningRate: 0.01 }, validationSplit: 0 },
        source,
        async (trainer) => {
          await trainWith(trainer)
          const image = { shape: [96, 64], data: new Float32Array(96 * 64) }
          const pixels = new Uint8Array(96 * 64)
          await source.readRows(0, 96, pixels)
          pixels.forEach((value, i) => (image.data[i] = value / 255))
          const codes = (await trainer.compiled.run('encode', { image })).code!.data as Float32Array
          const mean = codes.reduce((sum, value) => sum + value, 0) / codes.length
          return codes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / codes.length
        },
      )
    expect(await variance(1)).toBeLessThan((await variance(null)) / 2)
  })

  test('are the same where the training was interrupted', async () => {
    const config = { epochs: 2, batchSize: 16, compressible: 0.05, validationSplit: 0 }
    const source = rectangles(96)
    const whole = await withTrainer(runtime(), dense, config, source, async (trainer) => {
      await trainWith(trainer)
      return trainer.values()
    })
    const half = await withTrainer(runtime(), dense, config, source, async (trainer) => {
      let calls = 0
      await trainWith(trainer, { requested: () => (++calls > 1 ? 'pause' : 'continue') })
      return { values: await trainer.values(), position: { ...trainer.position } }
    })
    const resumed = await withTrainer(runtime(), dense, config, source, async (trainer) => {
      await trainer.restore(half.values, half.position)
      await trainWith(trainer)
      return trainer.values()
    })
    expect(half.position.epoch).toBeLessThan(2)
    for (const [name, value] of Object.entries(whole))
      expect(largestDifference(resumed[name]!, value), name).toBeLessThan(1e-6)
  })
})
