import { expect, it, test } from 'vitest'
import { noiseKinds, type NoiseSpec } from '../../../../src/shared/noise'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import {
  corrupt,
  corruptionFeeds,
  corruptionInputs,
  createCorruptionSource,
} from '../../../../src/main/engine/training/corruption'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { BATCH } from '../../../../src/main/engine/graph/tensor'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import { randomStream } from '../../../../src/main/engine/training/random'
import { describeRuntimes, evaluate, floats } from '../../../support/runtimes'
import { moments } from '../../../support/statistics'

const inputs = 256
const grey = 153
const x = grey / 255

interface Drawn {
  readonly output: Float32Array
  readonly strength: Float32Array
}

/** Images of one grey, corrupted. */
async function corrupted(
  runtime: Runtime,
  noise: NoiseSpec,
  images: number,
  { seed = 1, key = 2, isFlat = true } = {},
): Promise<Drawn> {
  const pixels = new Uint8Array(images * inputs).fill(grey)
  if (!isFlat) pixels.forEach((_, i) => (pixels[i] = (i * i) % 251))
  const field = new Float32Array(pixels.length)
  const strength = new Float32Array(images)
  createCorruptionSource(noise, { height: 1, width: inputs, channels: 1 }, 1, seed).draw(
    randomStream(seed, key),
    pixels,
    field,
    strength,
  )
  const clean = placeholder('x', [BATCH, inputs])
  const output = corrupt(noise.kind, clean, corruptionInputs('x', inputs))
  const all = {
    x: floats([images, inputs], asFloats(pixels)),
    ...corruptionFeeds('x', images, field, strength),
  }
  // A graph that does not read the clean image takes no such feed.
  const results = await evaluate(runtime, { output }, all)
  return { output: results.output!.data as Float32Array, strength }
}

const at = (kind: NoiseSpec['kind'], strength: number): NoiseSpec => ({ kind, min: strength, max: strength })

/** Mean and variance that the formulas in shared/noise.ts give for one value of x. */
const formulas: [NoiseSpec, number, number][] = [
  [at('gaussian', 25), x, (25 / 255) ** 2],
  [at('gaussian', 120), x, (120 / 255) ** 2],
  [at('speckle', 0.3), x, (0.3 * x) ** 2],
  [at('masking', 0.25), 0.75 * x, 0.25 * 0.75 * x ** 2],
  [at('salt-and-pepper', 0.2), 0.8 * x + 0.1, 0.8 * x ** 2 + 0.1 - (0.8 * x + 0.1) ** 2],
  [at('poisson', 0.5), x, x / 0.5],
  [at('poisson', 20), x, x / 20],
  [at('poisson', 1000), x, x / 1000],
]

describeRuntimes('corruption', (runtime) => {
  test.each(formulas)('has the mean and variance of its formula: %o', async (noise, mean, variance) => {
    const drawn = moments((await corrupted(runtime(), noise, 2000)).output)
    // Fields repeat a table of a million.
    expect(Math.abs(drawn.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / 200_000))
    expect(drawn.variance / variance).toBeGreaterThan(0.98)
    expect(drawn.variance / variance).toBeLessThan(1.02)
  })

  it('neither clips nor rounds', async () => {
    const { output } = await corrupted(runtime(), at('gaussian', 200), 50)
    expect(Math.min(...output)).toBeLessThan(0)
    expect(Math.max(...output)).toBeGreaterThan(1)
    expect(new Set(output).size).toBeGreaterThan(5000)
  })

  it('keeps the values that salt and pepper and masking spare', async () => {
    for (const [kind, others] of [
      ['salt-and-pepper', [0, 1]],
      ['masking', [0]],
    ] as const) {
      const { output } = await corrupted(runtime(), at(kind, 0.4), 50)
      const values = [...new Set(output)].sort((a, b) => a - b)
      expect(values).toHaveLength(others.length + 1)
      for (const value of others) expect(values).toContain(value)
      expect(values.some((value) => Math.abs(value - x) < 1e-6)).toBe(true)
    }
  })

  it('does nothing at no strength, and everything at full', async () => {
    for (const kind of ['gaussian', 'speckle', 'masking', 'salt-and-pepper'] as const) {
      const { output } = await corrupted(runtime(), at(kind, 0), 20)
      expect(
        output.every((value) => Math.abs(value - x) < 1e-6),
        kind,
      ).toBe(true)
    }
    const masked = await corrupted(runtime(), at('masking', 1), 20)
    expect(masked.output.every((value) => value === 0)).toBe(true)
    const salted = await corrupted(runtime(), at('salt-and-pepper', 1), 20)
    expect(salted.output.every((value) => value === 0 || value === 1)).toBe(true)
  })

  it('draws a strength for each image, uniform over the range', async () => {
    const { output, strength } = await corrupted(runtime(), { kind: 'gaussian', min: 10, max: 60 }, 3000)
    const { mean, variance } = moments(strength)
    expect(Math.abs(mean - 35)).toBeLessThan(1.1)
    expect(variance / (50 ** 2 / 12)).toBeCloseTo(1, 1)
    expect(strength.every((value) => value >= 10 && value <= 60)).toBe(true)
    for (const image of [0, 1000, 2999]) {
      const { variance } = moments(output.subarray(image * inputs, (image + 1) * inputs))
      expect((Math.sqrt(variance) * 255) / strength[image]!).toBeCloseTo(1, 0)
    }
  })

  test.each(noiseKinds)('is the same from the same seed, and another from another: %s', async (kind) => {
    const [min, max] = ({ jpeg: [5, 60], motion: [2, 9], 'low-resolution': [1.5, 4] } as const)[
      kind as 'jpeg'
    ] ?? [0.2, 0.6]
    const noise = { kind, min, max }
    // Flat images have nothing that some of the kinds could change.
    const draw = (how: object) => corrupted(runtime(), noise, 10, { ...how, isFlat: false })
    const first = await draw({})
    expect(await draw({})).toEqual(first)
    expect((await draw({ seed: 2 })).output).not.toEqual(first.output)
    expect((await draw({ key: 3 })).output).not.toEqual(first.output)
  })
})
