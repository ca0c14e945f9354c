import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Region } from '../../../src/shared/region'
import { parseNoise } from '../../../src/shared/noise'
import { openNamedModel } from '../../../src/main/features/models/builtinModels'
import type { ModelFiles } from '../../../src/main/worker/protocol'
import type { PixelData } from '../../../src/main/features/denoising/tasks/denoisingTasks'
import { denoise } from '../../../src/main/features/denoising/tasks/denoise'
import { estimateNoise } from '../../../src/main/features/denoising/tasks/estimateNoise'
import { restoreRegions } from '../../../src/main/features/denoising/tasks/restoreRegions'
import { randomNumbers } from '../../support/randomNumbers'
import { describeRuntimes } from '../../support/runtimes'
import { temporaryFolder } from '../../support/testFolder'
import { untrainedModel } from '../../support/untrainedModel'

const trained = parseNoise('gaussian:0-55')
const target = { width: 203, height: 161, trained, sigma: null, strength: 1 } as const

function context<E>(events: E[] = []) {
  return {
    emit: (event: E) => void events.push(event),
    requested: () => 'continue' as const,
    waitForClient: () => undefined,
  }
}

/** Shades and edges with noise, blotches of colour among it. */
function noisyPicture(channels: 1 | 3 | 4): Uint8Array {
  const { width, height } = target
  const random = randomNumbers(7)
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const pixels = new Uint8Array(new SharedArrayBuffer(width * height * channels))
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++, at++) {
        const isEdge = (x - 90) ** 2 + (y - 70) ** 2 < 2500
        const clean = c === 3 ? 200 : isEdge ? 190 - 40 * c : 60 + x / 3 + 10 * c
        pixels[at] = c === 3 ? 200 : Math.min(255, Math.max(0, clean + 25 * gaussian()))
      }
  return pixels
}

/** The largest difference between regions and the same places of the whole, regions taken in any order. */
async function compare(model: ModelFiles, channels: 1 | 3 | 4, runtime: 'onnx' | 'tensorflow', side: number) {
  const { width, height } = target
  const pixels = noisyPicture(channels)
  const subject = { ...target, model, channels, pixels, runtime }
  const { noise } = await estimateNoise(subject)
  const events: { type: string; pixels?: PixelData }[] = []
  await denoise({ ...subject, noise, tile: null }, context(events as never[]))
  const whole = events.find(({ type }) => type === 'restored')!.pixels!
  expect(whole).not.toEqual(pixels)

  const result = new Uint8Array(new SharedArrayBuffer(pixels.length))
  const regions: Region[] = []
  for (let top = 0; top < height; top += side)
    for (let left = 0; left < width; left += side)
      regions.unshift({
        ...{ left, top },
        width: Math.min(side, width - left),
        height: Math.min(side, height - top),
      })
  const done: { index: number }[] = []
  await restoreRegions({ ...subject, noise, result, regions, tile: side }, context(done as never[]))
  expect(done.map(({ index }) => index)).toEqual(regions.map((_, i) => i))
  return result.reduce((most, value, i) => Math.max(most, Math.abs(value - whole[i]!)), 0)
}

describeRuntimes('parts of a picture', (runtime) => {
  it.each([1, 3, 4] as const)('are what they are in the whole one, in %d channels', async (channels) => {
    const { files } = await openNamedModel(channels === 1 ? 'builtin:grey' : 'builtin:color')
    expect(await compare(files, channels, runtime().name, 64)).toBeLessThanOrEqual(1)
  })

  it('are so with models of patches too', async () => {
    const folder = join(await temporaryFolder(), 'model')
    const files = await untrainedModel(folder, 'denoise-patch', { width: 16, height: 16, channels: 1 })
    expect(await compare(files, 1, runtime().name, 48)).toBeLessThanOrEqual(1)
  })
})
