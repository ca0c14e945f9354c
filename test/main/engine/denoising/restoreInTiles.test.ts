import { describe, expect, it } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { planDenoising } from '../../../../src/main/engine/denoising/denoisingPlan'
import { isOutOfMemory, restoreInTiles } from '../../../../src/main/engine/denoising/restoreInTiles'
import { PixelTiles } from '../../../../src/main/engine/denoising/pixelTiles'
import type { Restorer } from '../../../../src/main/engine/denoising/restorer'
import { smallestTile, tileFor } from '../../../../src/main/engine/denoising/tileSize'
import { findPreset, restorer } from '../../../../src/main/engine/models/presets'

const image = () =>
  new PixelTiles({ height: 4, width: 4, channels: 1, data: new Uint8Array(16) }, new Uint8Array(16), {
    planes: 'together',
    gains: [1],
  })

/** Restorers whose memory is enough for tiles up to `enough`; the work fails in its middle. */
function restorers(enough: number, message = 'OOM when allocating tensor with shape[1,64,512,512]') {
  const log: string[] = []
  const create = (tile: number): Restorer => ({
    channels: 1,
    tile,
    restore: async (_, { onProgress }) => {
      onProgress?.(1, 2)
      log.push(`restore ${tile}`)
      if (tile > enough) throw new Error(message)
    },
    dispose: async () => void log.push(`dispose ${tile}`),
  })
  return { log, create }
}

describe('restoreInTiles', () => {
  it('halves the tile until it goes into memory', async () => {
    const { log, create } = restorers(300)
    const told: number[] = []
    const done = await restoreInTiles(image(), create(1024), {
      ...{ smallest: 64, sigmas: [20], create },
      onSmallerTile: (tile) => told.push(tile),
    })
    expect(done.tile).toBe(256)
    expect(told).toEqual([512, 256])
    expect(log).toEqual(['restore 1024', 'dispose 1024', 'restore 512', 'dispose 512', 'restore 256'])
  })

  it('says so when the smallest tile is too large', async () => {
    const { log, create } = restorers(10)
    const failed = restoreInTiles(image(), create(200), { smallest: 90, sigmas: [20], create })
    await expect(failed).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('memory') as string,
    })
    expect(log).toEqual([
      'restore 200',
      'dispose 200',
      'restore 100',
      'dispose 100',
      'restore 90',
      'dispose 90',
    ])
  })

  it('does not try again after any other failure', async () => {
    const { log, create } = restorers(10, 'a bug')
    await expect(
      restoreInTiles(image(), create(200), { smallest: 90, sigmas: [20], create }),
    ).rejects.toThrow('a bug')
    expect(log).toEqual(['restore 200', 'dispose 200'])
  })
})

describe('isOutOfMemory', () => {
  it.each([
    'OOM when allocating tensor with shape[16,48,512,512] and type float on /device:GPU:0',
    'Session fail to run with error: 2 root error(s) found. RESOURCE_EXHAUSTED',
    'Non-zero status code returned while running Conv node. std::bad_alloc',
    'BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 4294967296',
    'CUDA failure 2: out of memory',
    'Array buffer allocation failed',
  ])('knows %s', (message) => expect(isOutOfMemory(new Error(message))).toBe(true))

  it.each(['Invalid argument: shapes do not match', 'Stopped.'])('takes %s for something else', (message) =>
    expect(isOutOfMemory(new Error(message))).toBe(false),
  )
})

const specOf = (preset: string) => modelSpecSchema.parse(findPreset(preset).spec)

describe('tileFor', () => {
  const alone = { lanes: 1, batch: 1 }

  const spec = modelSpecSchema.parse(restorer(48, 10))
  it('takes what goes into memory, and no less than it needs', () => {
    expect(tileFor(spec, 64e9, alone)).toBe(768)
    const less = tileFor(spec, 64e6, alone)
    expect(less).toBeLessThan(512)
    expect(tileFor(spec, 64e6, { lanes: 2, batch: 2 })).toBeLessThan(less)
    expect(tileFor(spec, 0, alone)).toBe(smallestTile(spec))
  })

  it('asks less of networks that keep more', () => {
    const unet = specOf('denoise-unet')
    expect(tileFor(unet, 400e6, alone)).toBeLessThan(tileFor(spec, 400e6, alone))
    expect(smallestTile(specOf('denoise-patch'))).toBe(64)
  })
})

describe('planDenoising', () => {
  const range = { kind: 'gaussian', min: 0, max: 55 } as const
  const told = modelSpecSchema.parse(restorer(8, 3))
  const colour = { ...told, input: { ...told.input, channels: 3 } } as const
  const patch = specOf('denoise-patch')

  it('tells a model that asks how strong the noise is', () => {
    expect(planDenoising(told, range, [25])).toEqual({ planes: 'together', gains: [1], sigmas: [25] })
  })

  it('weakens noise that is stronger than any it has seen', () => {
    const { gains, sigmas } = planDenoising(told, range, [110])
    expect(gains[0]).toBeCloseTo(0.5, 6)
    expect(sigmas[0]).toBeCloseTo(55, 6)
  })

  it('brings noise to the one strength that a model has learned', () => {
    const one = { kind: 'gaussian', min: 25, max: 25 } as const
    expect(planDenoising(patch, one, [12.5]).gains).toEqual([2])
    expect(planDenoising(patch, one, [50]).gains).toEqual([0.5])
    expect(planDenoising(patch, one, [0]).gains).toEqual([1])
    expect(planDenoising(patch, { kind: 'poisson', min: 30, max: 30 }, [50]).gains).toEqual([1])
  })

  it('takes colours apart for a model of grey, and says so where there are none for one of colours', () => {
    const { planes, sigmas } = planDenoising(told, range, [20, 20, 20])
    expect(planes).toBe('decorrelated')
    expect(sigmas[0]).toBeCloseTo(20 / Math.sqrt(3), 6)
    // Noise that is alike in all colours is in the brightness alone, and the differences stay as they are.
    const alike = [1, 1, 1].map(() => [1, 1, 1])
    const same = planDenoising(told, range, [20, 20, 20], { correlation: alike }).sigmas
    expect(same[0]).toBeCloseTo(20, 6)
    expect(same.slice(1)).toEqual([null, null])
    expect(planDenoising(colour, range, [20, 20, 20]).planes).toBe('together')
    expect(() => planDenoising(colour, range, [20])).toThrow('builtin:grey')
  })
})
