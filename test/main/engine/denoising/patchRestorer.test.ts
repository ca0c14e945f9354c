import { expect, it, test } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { PatchRestorer, strideOf } from '../../../../src/main/engine/denoising/patchRestorer'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { randomNumbers } from '../../../support/randomNumbers'
import { type FloatImage, restoreFloats } from '../../../support/restoring'
import { describeRuntimes } from '../../../support/runtimes'
import { largestDifference } from '../../../support/training'

const patches = (side: number, units: number, activation: 'linear' | 'relu', channels: 1 | 3 = 1) =>
  modelSpecSchema.parse({
    input: { height: side, width: side, channels },
    removeMean: true,
    encoder: [{ type: 'dense', units, activation }],
    initializer: 'orthogonal',
  })

function picture(height: number, width: number, channels: 1 | 3 = 1): FloatImage {
  const random = randomNumbers(6)
  return { height, width, channels, data: Float32Array.from({ length: height * width * channels }, random) }
}

describeRuntimes('PatchRestorer', (runtime) => {
  const restored = async (spec: ReturnType<typeof patches>, image: FloatImage, tile: number, lanes = 1) => {
    const made = new PatchRestorer(runtime(), spec, initializeParameters(spec), { lanes, batch: 1, tile })
    try {
      return await restoreFloats(made, image, 25)
    } finally {
      await made.dispose()
    }
  }

  // A square orthogonal kernel and its transpose give back every patch, and so the image.
  test.each([
    [40, 33, 1],
    [5, 9, 1],
    [1, 1, 1],
    [21, 30, 3],
  ] as const)(
    'averages patches that are given back to the image: %i × %i, %i channels',
    async (height, width, channels) => {
      const image = picture(height, width, channels)
      const result = await restored(patches(8, 64 * channels, 'linear', channels), image, 64)
      expect(largestDifference(result.data, image.data)).toBeLessThan(1e-4)
    },
  )

  it('gives the same in tiles as whole', async () => {
    const image = picture(90, 75)
    const spec = patches(8, 80, 'relu')
    const whole = await restored(spec, image, 128)
    expect(largestDifference(whole.data, image.data)).toBeGreaterThan(0.01)
    for (const lanes of [1, 3])
      expect(largestDifference((await restored(spec, image, 40, lanes)).data, whole.data)).toBeLessThan(1e-5)
  })
})

it('has strides that divide the side', () => {
  expect([4, 6, 7, 8, 15, 16, 28].map(strideOf)).toEqual([1, 1, 1, 1, 1, 2, 2])
})
