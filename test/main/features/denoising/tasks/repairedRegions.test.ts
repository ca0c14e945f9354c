import { expect, it } from 'vitest'
import { parseNoise } from '../../../../../src/shared/noise'
import type { Region } from '../../../../../src/shared/region'
import { withSyntheticNoise } from '../../../../../src/main/engine/imaging/syntheticNoise'
import { openNamedModel } from '../../../../../src/main/features/models/builtinModels'
import type { DenoiseEvent, PixelData } from '../../../../../src/main/features/denoising/tasks/denoisingTasks'
import { denoise } from '../../../../../src/main/features/denoising/tasks/denoise'
import { estimateNoise } from '../../../../../src/main/features/denoising/tasks/estimateNoise'
import { repair } from '../../../../../src/main/features/denoising/tasks/repair'
import { restoreRegions } from '../../../../../src/main/features/denoising/tasks/restoreRegions'
import { randomNumbers } from '../../../../support/randomNumbers'
import { describeRuntimes } from '../../../../support/runtimes'
import { syntheticPhotograph } from '../../../../support/syntheticPhotograph'

const trained = parseNoise('gaussian:0-55')
const clean = syntheticPhotograph(1, 1)
const shape = { width: clean.width, height: clean.height, channels: 1 } as const

function context<E>(events: E[] = []) {
  return {
    emit: (event: E) => void events.push(event),
    requested: () => 'continue' as const,
    waitForClient: () => undefined,
  }
}

async function denoised(
  pixels: PixelData,
  { sigma = null as number | null, strength = 1, runtime = 'onnx' as const } = {},
) {
  const { files: model } = await openNamedModel('builtin:grey')
  const events: DenoiseEvent[] = []
  const params = { ...shape, model, trained, pixels, runtime, sigma, strength, tile: null }
  const found = await denoise(params, context(events))
  const restored = events.find((event) => event.type === 'restored')!.pixels
  return { ...found, restored }
}

/** Root mean square of the errors, on a scale on which the clean picture has 0 to 255. */
const errorOf = (pixels: PixelData, black = 0, step = 1) =>
  Math.sqrt(
    Array.from(pixels).reduce((sum, value, i) => sum + ((value - black) / step - clean.data[i]!) ** 2, 0) /
      pixels.length,
  )

/** The clean picture as a few values of 16 bits, with noise of the same strength as `sigma` has in 8. */
function narrow(black: number, step: number, sigma: number): Uint16Array {
  const random = randomNumbers(3)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Uint16Array.from(clean.data, (value) =>
    Math.max(0, Math.round(black + step * (value + sigma * normal()))),
  )
}

describeRuntimes('a picture with more than noise', (runtime) => {
  it('is repaired where it has impulses, also when no noise is left to take out', async () => {
    const { data } = withSyntheticNoise(clean, 'salt and pepper 3 %', 2)
    const { restored, tile, repairs } = await denoised(data.slice())
    expect(repairs.impulses).toBeCloseTo(0.03, 2)
    expect(tile).not.toBeNull()
    expect(errorOf(restored)).toBeLessThan(3)
    const untouched = await denoised(data.slice(), { strength: 0 })
    expect(untouched).toMatchObject({ tile: null, repairs: { impulses: 0 } })
    expect(untouched.restored).toEqual(data)
  })

  it('loses its noise in a narrow range as in all of it', async () => {
    const whole = errorOf((await denoised(narrow(0, 200, 25))).restored, 0, 200)
    expect(whole).toBeLessThan(9)
    const { restored, estimated, repairs } = await denoised(narrow(300, 12, 25))
    expect(errorOf(restored, 300, 12)).toBeLessThan(whole + 0.6)
    expect(repairs.range!.white).toBeLessThan(5000)
    // Shown on the scale of all 16 bits.
    expect(estimated![0]! * 257).toBeGreaterThan(12 * 21)
    expect(estimated![0]! * 257).toBeLessThan(12 * 29)
    const byHand = await denoised(narrow(300, 12, 25), { sigma: (12 * 25) / 257 })
    expect(errorOf(byHand.restored, 300, 12)).toBeLessThan(whole + 0.6)
  })

  it.each(['impulses', 'a narrow range'])('is the same in regions, with %s', async (what) => {
    const pixels =
      what === 'impulses'
        ? withSyntheticNoise(
            { ...clean, data: withSyntheticNoise(clean, 'white 25', 5).data },
            'hot pixels',
            6,
          ).data
        : narrow(300, 12, 25)
    const whole = await denoised(pixels.slice(), {})
    const { files: model } = await openNamedModel('builtin:grey')
    const found = await repair({ ...shape, pixels })
    const given = { ...shape, pixels: found.pixels ?? pixels, repairs: found.repairs }
    const { noise, certainty } = await estimateNoise(given)
    expect(certainty).toBe(1)
    const result = pixels.slice()
    const regions: Region[] = [0, 1, 2, 3].map((i) => ({
      left: 128 * (i % 2),
      top: 128 * (i >> 1),
      width: 128,
      height: 128,
    }))
    const params = { ...given, model, trained, noise, result, regions, tile: 128, sigma: null, strength: 1 }
    await restoreRegions({ ...params, runtime: runtime().name }, context())
    const step = what === 'impulses' ? 1 : 12
    const apart = Array.from(result).reduce(
      (most, value, i) => Math.max(most, Math.abs(value - whole.restored[i]!)),
      0,
    )
    expect(apart).toBeLessThanOrEqual(step)
  })
})

it('a model for impulses gets them', async () => {
  const { files: model } = await openNamedModel('builtin:grey')
  const pixels = withSyntheticNoise(clean, 'salt and pepper 3 %', 2).data
  const params = { ...shape, model, pixels, runtime: 'onnx' as const, sigma: null, strength: 1, tile: null }
  const { repairs } = await denoise({ ...params, trained: parseNoise('salt-and-pepper:0.03') }, context())
  expect(repairs.impulses).toBe(0)
})
