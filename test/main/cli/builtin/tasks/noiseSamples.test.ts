import { expect, test } from 'vitest'
import { measuredSample, plainSample } from '../../../../../src/main/cli/builtin/tasks/noiseSamples'
import { toldSigma } from '../../../../../src/main/engine/denoising/realNoise/levelEstimate'
import { noisySample } from '../../../../../src/main/engine/denoising/realNoise/levelSamples'
import { openDenoisingModel } from '../../../../../src/main/features/denoising/denoisingModels'
import { syntheticPhotograph } from '../../../../support/syntheticPhotograph'

const side = 160

/** Tiles of photographs that were drawn. */
function drawnTiles(): Uint8Array {
  const tiles = new Uint8Array(2 * side * side * 3)
  for (const i of [0, 1]) {
    const { data, width, channels } = syntheticPhotograph(i + 1)
    for (let y = 0; y < side; y++)
      tiles.set(data.subarray(y * width * channels, (y * width + side) * channels), (i * side + y) * side * 3)
  }
  return tiles
}

test('samples are the same for the same index, and their noise is what was added', () => {
  const tiles = drawnTiles()
  for (let index = 0; index < 16; index++) {
    const { noisy, clean, levels } = noisySample(tiles, side, index)
    expect(noisySample(tiles, side, index).noisy).toEqual(noisy)
    const isSame = noisy.planes.every((plane, c) => plane.every((value, i) => value === clean.planes[c]![i]))
    expect(levels.brightness + levels.color === 0).toBe(isSame)
  }
})

test(
  'what a denoiser leaves of noise is least where it is told about as much as there is',
  { timeout: 60_000 },
  async () => {
    const tiles = drawnTiles()
    const { files: model, trained } = await openDenoisingModel('builtin:color')
    const target = { runtime: 'onnx' } as const
    const index = Array.from({ length: 200 }, (_, i) => i).find((i) => {
      const { brightness, color } = noisySample(tiles, side, i).levels
      return brightness > 6 && brightness < 12 && color > 6
    })!
    const sample = (await measuredSample({ tiles, side }, index, { model, trained, target }))!
    expect(plainSample({ tiles, side }, index)!.features).toEqual(sample.features)
    const { brightness } = sample.errors
    const best = toldSigma(brightness.indexOf(Math.min(...brightness)))
    expect(best).toBeGreaterThan(sample.brightness / 3)
    expect(best).toBeLessThan(sample.brightness * 3)
    expect(Math.min(...brightness)).toBeLessThan(0.9 * brightness[0]!)
  },
)
