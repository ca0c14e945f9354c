import { expect, it } from 'vitest'
import { ConvolutionalRestorer } from '../../../../src/main/engine/denoising/convolutionalRestorer'
import { addTurnedBack, turned, turns, transposes } from '../../../../src/main/engine/imaging/turns'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { randomNumbers } from '../../../support/randomNumbers'
import { type FloatImage, restoreFloats } from '../../../support/restoring'
import { describeRuntimes } from '../../../support/runtimes'
import { largestDifference } from '../../../support/training'

const shape = { height: 36, width: 58, channels: 1 as const }
const size = shape.height * shape.width
const random = randomNumbers(8)
const picture: FloatImage = { ...shape, data: Float32Array.from({ length: size }, () => random()) }

it('turns an image in eight ways, no two alike, and back', () => {
  const all = turns.map((turn) => turned(picture.data, shape, turn))
  expect(new Set(all.map((data) => data.join())).size).toBe(8)
  for (const [i, turn] of turns.entries()) {
    const back = new Float32Array(size)
    addTurnedBack(back, all[i]!, shape, turn)
    expect(back).toEqual(picture.data)
  }
  // The first row becomes the first column.
  expect(turned(picture.data, shape, 4)[shape.height]).toBe(picture.data[1])
})

const spec = modelSpecSchema.parse({
  input: { height: 16, width: 16, channels: 1 },
  initializer: 'he-normal',
  block: 2,
  noiseLevel: true,
  decoder: 'convolution',
  output: { residual: true },
  encoder: [
    { type: 'conv', filters: 8 },
    { type: 'conv', filters: 8 },
  ],
})

describeRuntimes('the best quality', (runtime) => {
  it('is the mean of what comes of all flips and turns, in tiles too, and tells its progress', async () => {
    const values = initializeParameters(spec)
    const restored = async (image: FloatImage, tile: number, quality: 'fast' | 'best') => {
      const restorer = new ConvolutionalRestorer(runtime(), spec, values, { lanes: 2, batch: 1, tile })
      const told: [number, number][] = []
      const progress = (done: number, total: number) => told.push([done, total])
      try {
        return { data: (await restoreFloats(restorer, image, 20, progress, quality)).data, told }
      } finally {
        await restorer.dispose()
      }
    }
    const mean = new Float32Array(size)
    for (const turn of turns) {
      const [height, width] = transposes(turn) ? [shape.width, shape.height] : [shape.height, shape.width]
      const image = { ...shape, height, width, data: turned(picture.data, shape, turn) }
      addTurnedBack(mean, (await restored(image, 128, 'fast')).data, shape, turn)
    }
    for (let i = 0; i < size; i++) mean[i]! /= turns.length
    const best = await restored(picture, 128, 'best')
    const fast = await restored(picture, 128, 'fast')
    expect(largestDifference(fast.data, best.data)).toBeGreaterThan(0.01)
    expect(largestDifference(mean, best.data)).toBeLessThan(1e-5)
    expect(best.told.at(-1)![0]).toBe(best.told.at(-1)![1])
    expect(best.told).toHaveLength(8 * fast.told.length)
    expect(largestDifference((await restored(picture, 40, 'best')).data, best.data)).toBeLessThan(1e-5)
  })
})
