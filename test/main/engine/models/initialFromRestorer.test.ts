import { describe, expect, test } from 'vitest'
import { initialFromRestorer } from '../../../../src/main/engine/models/initialFromRestorer'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { parametersOf } from '../../../../src/main/engine/models/autoencoder'
import { buildInferenceProgram } from '../../../../src/main/engine/training/trainingProgram'
import { type ModelSpec, modelSpecSchema } from '../../../../src/shared/modelSpec'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes, withProgram } from '../../../support/runtimes'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'

const side = 16
const specWith = (more: Partial<ModelSpec>): ModelSpec =>
  modelSpecSchema.parse({
    input: { height: side, width: side, channels: 1 },
    block: 2,
    encoder: [
      { type: 'conv', filters: 6 },
      { type: 'conv', filters: 6 },
    ],
    decoder: 'convolution',
    output: { residual: true },
    initializer: 'he-normal',
    ...more,
  })

const told = specWith({ noiseLevel: true })
const untold = specWith({})
const colored = specWith({ input: { height: side, width: side, channels: 3 } })

function weightsOf(spec: ModelSpec) {
  const values = initializeParameters(spec)
  return Object.fromEntries(
    parametersOf(spec).trained.map(({ name, shape }) => [name, { shape, data: values[name]! }]),
  )
}

async function output(
  runtime: Runtime,
  spec: ModelSpec,
  weights: ReturnType<typeof weightsOf>,
  image: Float32Array,
) {
  const { program, parameters } = buildInferenceProgram(spec, null)
  return withProgram(runtime, program, async (compiled) => {
    const values = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data]))
    await compiled.write(parameters.toVariables(values))
    const sigma = { shape: [1, 1], data: Float32Array.of(8) }
    const result = await compiled.run('reconstruct', {
      image: { shape: [1, image.length], data: image },
      ...(spec.noiseLevel && { sigma }),
    })
    return result.output!.data as Float32Array
  })
}

/** Away from the border, where a level that is one more channel ends and a bias does not. */
const isInside = (pixel: number) => {
  const [x, y] = [pixel % side, Math.floor(pixel / side)]
  return Math.min(x, y) >= 6 && Math.max(x, y) < side - 6
}

describe('weights that fit as they are', () => {
  test('stay as they are', () => {
    expect(initialFromRestorer(untold, weightsOf(untold))).toBeNull()
    expect(initialFromRestorer(told, weightsOf(told))).toBeNull()
  })
})

describeRuntimes('a restorer that begins as one of another kind', (runtime) => {
  const random = randomNumbers(5)
  const image = Float32Array.from({ length: side * side }, () => random())

  test('gives what that one gives when it is told a sigma of 8', async () => {
    const weights = weightsOf(told)
    const before = await output(runtime(), told, weights, image)
    const after = await output(runtime(), untold, initialFromRestorer(untold, weights)!, image)
    after.forEach((value, i) => {
      if (isInside(i)) expect(value).toBeCloseTo(before[i]!, 4)
    })
  })

  test('restores the brightness of colours as that one does', async () => {
    const weights = weightsOf(told)
    const before = await output(runtime(), told, weights, image)
    const color = Float32Array.from({ length: 3 * image.length }, (_, i) => image[Math.floor(i / 3)]!)
    const after = await output(runtime(), colored, initialFromRestorer(colored, weights)!, color)
    after.forEach((value, i) => {
      const pixel = Math.floor(i / 3)
      if (isInside(pixel)) expect(value).toBeCloseTo(before[pixel]!, 4)
    })
  })
})
