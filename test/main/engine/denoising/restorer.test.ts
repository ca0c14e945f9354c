import { describe, expect, it, test } from 'vitest'
import type { z } from 'zod'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { ConvolutionalRestorer } from '../../../../src/main/engine/denoising/convolutionalRestorer'
import { PixelTiles } from '../../../../src/main/engine/denoising/pixelTiles'
import { receptiveRadius } from '../../../../src/main/engine/denoising/receptiveRadius'
import { evenLength, planStretches } from '../../../../src/main/engine/imaging/tiles'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { type FloatImage, restoreFloats } from '../../../support/restoring'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes } from '../../../support/runtimes'
import { largestDifference } from '../../../support/training'

const conv = (filters: number, more: object = {}) => ({ type: 'conv', filters, ...more }) as const
const input = { height: 16, width: 16, channels: 1 } as const
const specOf = (more: Omit<z.input<typeof modelSpecSchema>, 'input'>, channels: 1 | 3 = 1) =>
  modelSpecSchema.parse({ input: { ...input, channels }, initializer: 'he-normal', ...more })

const restorer: Omit<z.input<typeof modelSpecSchema>, 'input'> = {
  block: 2,
  noiseLevel: true,
  decoder: 'convolution',
  output: { residual: true },
  encoder: [conv(8), conv(8)],
}
const specs = {
  restorer: specOf(restorer),
  'restorer, colour': specOf(restorer, 3),
  'U-shaped': specOf({
    noiseLevel: true,
    skips: true,
    tying: 'untied',
    output: { residual: true },
    encoder: [conv(6), conv(8, { stride: 2 }), conv(8, { stride: 2 })],
  }),
  'tied, a pool': specOf({ encoder: [conv(6), { type: 'pool' }, conv(6)] }),
}

function picture(height: number, width: number, channels: 1 | 3): FloatImage {
  const random = randomNumbers(5)
  const data = Float32Array.from({ length: height * width * channels }, () => random())
  return { height, width, channels, data }
}

describe('planStretches', () => {
  it.each([
    [100, 40, 6, 2],
    [101, 30, 5, 1],
    [64, 64, 20, 4],
    [50, 64, 20, 2],
    [96, 48, 20, 4],
  ])('%i pixels in pieces of %i with a halo of %i', (size, length, halo, step) => {
    const stretches = planStretches(size, length, halo, step)
    expect(stretches[0]!.from).toBe(0)
    expect(stretches.at(-1)!.to).toBe(size)
    stretches.forEach(({ start, from, to }, i) => {
      expect(from).toBe(stretches[i - 1]?.to ?? 0)
      expect(to).toBeGreaterThan(from)
      expect(start % step).toBe(0)
      expect(start).toBeGreaterThanOrEqual(0)
      const end = Math.min(size, start + length)
      expect(start === 0 || from - start >= halo).toBe(true)
      expect(end === size || end - to >= halo).toBe(true)
    })
  })

  it.each([
    [1000, 768, 20, 2],
    [1000, 260, 21, 4],
    [90, 52, 6, 2],
    [5000, 1024, 22, 2],
  ])('%i pixels in pieces of at most %i are pieces of much the same size', (size, most, halo, step) => {
    const length = evenLength(size, most, halo, step)
    expect(length).toBeLessThanOrEqual(most)
    const stretches = planStretches(size, length, halo, step)
    expect(stretches).toHaveLength(planStretches(size, most, halo, step).length)
    // Nothing is computed twice but the halos, and what rounding adds.
    const around = 2 * Math.ceil(halo / step) * step
    const computed = stretches.length * length
    expect(computed - size).toBeLessThanOrEqual((stretches.length - 1) * around + stretches.length * step)
  })

  it('refuses tiles that are all halo', () => expect(() => planStretches(100, 20, 10, 2)).toThrow('all halo'))
})

describeRuntimes('ConvolutionalRestorer', (runtime) => {
  const withRestorer = async <T>(
    spec: (typeof specs)[keyof typeof specs],
    options: { lanes: number; batch: number; tile: number },
    body: (made: ConvolutionalRestorer) => Promise<T>,
  ): Promise<T> => {
    const made = new ConvolutionalRestorer(runtime(), spec, initializeParameters(spec), options)
    try {
      return await body(made)
    } finally {
      await made.dispose()
    }
  }

  test.each(Object.entries(specs))('gives the same in tiles as whole: %s', async (_, spec) => {
    const image = picture(101, 74, spec.input.channels)
    const before = image.data.slice()
    const restored = (lanes: number, batch: number, tile: number) =>
      withRestorer(spec, { lanes, batch, tile }, (made) => restoreFloats(made, image, 20))
    const whole = await restored(1, 1, 128)
    expect(largestDifference(whole.data, image.data)).toBeGreaterThan(0.01)
    for (const [lanes, batch] of [
      [1, 1],
      [2, 1],
      [1, 3],
      [2, 2],
    ] as const)
      expect(largestDifference((await restored(lanes, batch, 52)).data, whole.data)).toBeLessThan(1e-5)
    expect(image.data).toEqual(before)
  })

  it.each([
    [1, 1],
    [1, 50],
    [3, 5],
  ])('takes images of %i × %i', async (height, width) => {
    const image = picture(height, width, 1)
    const result = await withRestorer(specs.restorer, { lanes: 2, batch: 2, tile: 40 }, (made) =>
      restoreFloats(made, image, 10),
    )
    expect(result).toMatchObject({ height, width, channels: 1 })
    expect(result.data).toHaveLength(height * width)
    expect(result.data.every(Number.isFinite)).toBe(true)
  })

  it('leaves planes as they are that have no noise', async () => {
    const image = picture(50, 60, 3)
    const result = new Float32Array(image.data.length)
    const options = { planes: 'decorrelated', gains: [1, 1, 1] } as const
    const seen: string[] = []
    const restored = (sigmas: (number | null)[]) =>
      withRestorer(specs.restorer, { lanes: 2, batch: 2, tile: 40 }, async (made) => {
        const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`)
        await made.restore(new PixelTiles(image, result, options), { sigmas, onProgress })
        return result.slice()
      })
    expect(largestDifference(await restored([null, null, null]), image.data)).toBeLessThan(1e-5)
    expect(seen).toEqual([])
    const differences = (data: Float32Array) => data.map((value, i) => value - data[i - (i % 3)]!)
    const brighter = await restored([20, null, null])
    expect(largestDifference(brighter, image.data)).toBeGreaterThan(0.01)
    expect(largestDifference(differences(brighter), differences(image.data))).toBeLessThan(1e-5)
    expect(seen.at(-1)).toBe('4/4')
  })

  it('tells of every tile, and ends where it is told to', async () => {
    const image = picture(90, 40, 1)
    await withRestorer(specs.restorer, { lanes: 1, batch: 1, tile: 40 }, async (made) => {
      const seen: string[] = []
      await restoreFloats(made, image, 10, (done, total) => seen.push(`${done}/${total}`))
      expect(seen.at(-1)).toBe(`${seen.length}/${seen.length}`)
      expect(seen.length).toBeGreaterThan(2)
      const stopped = restoreFloats(made, image, 10, () => {
        throw new Error('enough')
      })
      await expect(stopped).rejects.toThrow('enough')
      await expect(restoreFloats(made, picture(8, 8, 3), 10)).rejects.toThrow('takes 1 channels, not 3')
    })
  })
})

describe('receptiveRadius', () => {
  it('is the reach of all convolutions, in pixels', () => {
    expect(receptiveRadius(specs.restorer)).toBe(6)
    expect(() => receptiveRadius(specOf({ encoder: [{ type: 'dense', units: 3 }] }))).toThrow('dense')
  })
})
