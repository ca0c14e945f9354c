import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluateModel } from '../../../../src/main/features/models/evaluateModel'
import { openNamedModel } from '../../../../src/main/features/models/builtinModels'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { parseNoise } from '../../../../src/shared/noise'
import { testComputeClient } from '../../../support/commandLine'
import { hasShared, root, sharedData } from '../../../support/requirements'

let client: ComputeClient
beforeAll(() => {
  client = testComputeClient()
})
afterAll(() => client.dispose())

const folder = join(root, 'resources/models')

describe('the built-in models', () => {
  it('are small, and each has a card that says where it comes from', async () => {
    let bytes = 0
    for (const [name, learned] of [
      ['grey', 'gaussian:0-55'],
      ['color', 'gaussian:0-55'],
      ['jpeg', 'jpeg:5-95'],
    ]) {
      const files = (await readdir(join(folder, name!))).sort()
      expect(files).toEqual(['README.md', 'model.json', 'weights.safetensors'])
      for (const file of files) bytes += (await stat(join(folder, name!, file))).size
      const card = await readFile(join(folder, name!, 'README.md'), 'utf8')
      for (const word of ['Trained on', 'Berkeley', 'License', 'npm run train:builtin'])
        expect(card).toContain(word)
      const { files: model, noise } = await openNamedModel(`builtin:${name}`)
      expect(model.spec.noiseLevel).toBe(true)
      expect(noise).toBe(learned)
    }
    expect(bytes).toBeLessThan(4e6)
  })

  /** Mean PSNR over Set12, of which it may not lose anything; BM3D has 32.37, 29.97 and 26.72 there. */
  it.skipIf(!hasShared()).each([
    [15, 24.67, 32.25],
    [25, 20.33, 29.88],
    [50, 14.75, 26.62],
  ])('takes noise of sigma %d out of Set12', { timeout: 120_000 }, async (sigma, noisy, floor) => {
    const result = await evaluateModel(
      {
        model: 'builtin:grey',
        images: [join(sharedData, 'set12')],
        noise: parseNoise(`gaussian:${sigma}`),
        ...{ seed: 0, runtime: 'onnx' },
      },
      { client },
    )
    expect(result.count).toBe(12)
    expect(result.noisyPsnr).toBeCloseTo(noisy, 1)
    expect(result.psnr).toBeGreaterThan(floor)
  })

  /** Gains over the JPEG, of which AR-CNN has 1.21, 1.03 and 0.91 on classic5 (Dong et al. 2015). */
  it.skipIf(!hasShared()).each([
    [10, 1.3],
    [40, 1],
  ])(
    'takes the artefacts of a JPEG of quality %d out of Set12',
    { timeout: 120_000 },
    async (quality, gain) => {
      const result = await evaluateModel(
        {
          model: 'builtin:jpeg',
          images: [join(sharedData, 'set12')],
          noise: parseNoise(`jpeg:${quality}`),
          ...{ seed: 0, runtime: 'onnx' },
        },
        { client },
      )
      expect(result.psnr - result.noisyPsnr!).toBeGreaterThan(gain)
    },
  )

  it('restores colours together better than one by one', { timeout: 60_000 }, async () => {
    const [height, width] = [128, 128]
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
      const isLeaf =
        Math.hypot((x % 32) - 16, (y % 32) - 16) <
        8 + 5 * Math.sin(5 * Math.atan2((y % 32) - 16, (x % 32) - 16))
      const light = 0.8 + 0.2 * Math.sin(x / 3) * Math.cos(y / 5)
      return light * (isLeaf ? [70, 140, 50][c]! : [200, 180, 150][c]! - y / 2)
    })
    const { files: model } = await openNamedModel('builtin:grey')
    const params = {
      model,
      trained: parseNoise('gaussian:0-55'),
      height,
      width,
      tile: null,
      runtime: 'onnx',
    } as const
    const noise = parseNoise('gaussian:25')
    const together = await client.call('restoreTest', { ...params, pixels, channels: 3, noise, seed: 1 })
    const errors: number[] = []
    for (let c = 0; c < 3; c++) {
      const one = pixels.filter((_, i) => i % 3 === c)
      const { psnr } = await client.call('restoreTest', {
        ...params,
        pixels: one,
        channels: 1,
        noise,
        seed: c + 2,
      })
      errors.push(10 ** (-psnr / 10))
    }
    const apart = -10 * Math.log10(errors.reduce((sum, error) => sum + error, 0) / 3)
    expect(together.psnr).toBeGreaterThan(apart + 0.2)
  })
})
