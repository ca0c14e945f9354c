import { expect, test } from 'vitest'
import {
  estimateLevels,
  toldSigma,
  toldSteps,
} from '../../../../../src/main/engine/denoising/realNoise/levelEstimate'
import {
  type MeasuredSample,
  trainLevels,
} from '../../../../../src/main/engine/denoising/realNoise/trainLevels'
import { createOnnxRuntime } from '../../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { randomStream } from '../../../../../src/main/engine/training/random'

/** Noise of a level that the first feature tells. Colours have half of it; what a denoiser is told of is best at the level. */
function sampleOf(level: number): MeasuredSample {
  const steps = Array.from({ length: toldSteps }, (_, k) => toldSigma(k))
  const errorsAt = (best: number) => steps.map((sigma) => 1 + Math.log((sigma + 0.5) / (best + 0.5)) ** 2)
  return {
    features: [Math.log(level + 0.5), 1],
    ...{ brightness: level, color: level / 2 },
    errors: { brightness: errorsAt(level), color: errorsAt(level / 2) },
  }
}

test(
  'the estimate of levels learns what they are, and what to tell a denoiser',
  { timeout: 60_000 },
  async () => {
    const random = randomStream(5)
    const measured = Array.from({ length: 400 }, () => sampleOf(40 * random.uniform() ** 2))
    const runtime = createOnnxRuntime()
    const told: number[] = []
    const network = await trainLevels(
      runtime,
      runtime.devices()[0]!.id,
      { measured, plain: measured },
      (done, total) => told.push(done / total),
      { steps: 600, seeds: [1, 2] },
    )
    expect(told).toHaveLength(12)
    expect(told.at(-1)).toBe(1)
    for (const level of [2, 6, 15, 30]) {
      const found = estimateLevels(network, Float32Array.from(sampleOf(level).features))
      expect(found.brightness / level).toBeGreaterThan(0.75)
      expect(found.brightness / level).toBeLessThan(1.35)
      expect(toldSigma(found.told.brightness) / level).toBeGreaterThan(0.65)
      expect(toldSigma(found.told.brightness) / level).toBeLessThan(1.5)
      expect(toldSigma(found.told.color) / level).toBeLessThan(0.8)
    }
  },
)

test('a step of 0 leaves a picture as it is, and one of 1 tells a sigma of 1', () => {
  expect([0, 0.5, 1, 3].map(toldSigma)).toEqual([0, 0.5, 1, 1.6 ** 2])
})
