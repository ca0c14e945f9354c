import { expect, it } from 'vitest'
import { clippedInSome } from '../../../../src/main/engine/training/clippedNoise'
import { createCorruptionSource } from '../../../../src/main/engine/training/corruption'
import { randomStream } from '../../../../src/main/engine/training/random'

const inputs = 1024
const images = 400

/** White paper with Gaussian noise of sigma 25, as the graph computes it: clean + field · strength, in levels. */
function noisy(share: number): { readonly values: Float32Array; readonly field: Float32Array } {
  const shape = { height: 32, width: 32, channels: 1 } as const
  const source = createCorruptionSource({ kind: 'gaussian', min: 25, max: 25 }, shape, 1, 1)
  const pixels = new Uint8Array(images * inputs).fill(250)
  const field = new Float32Array(pixels.length)
  const strength = new Float32Array(images)
  clippedInSome(source, share).draw(randomStream(1, 2), pixels, field, strength)
  return { values: field.map((value, i) => pixels[i]! + value * strength[Math.floor(i / inputs)]!), field }
}

const isInFile = (value: number) =>
  Math.abs(value - Math.round(value)) < 1e-3 && value > -0.01 && value < 255.01

it('rounds and cuts off every value of the share that it is asked for, and none of the others', () => {
  const held = (values: Float32Array) =>
    Array.from({ length: images }, (_, image) =>
      values.subarray(image * inputs, (image + 1) * inputs).every(isInFile),
    ).filter(Boolean).length
  expect(held(noisy(0).values)).toBe(0)
  expect(held(noisy(1).values)).toBe(images)
  expect(held(noisy(0.5).values)).toBeGreaterThan(0.42 * images)
  expect(held(noisy(0.5).values)).toBeLessThan(0.58 * images)
})

it('leaves the noise as it was where a file can hold it', () => {
  const [whole, clipped] = [noisy(0), noisy(1)]
  let farthest = 0
  whole.values.forEach((value, i) => {
    if (value > 0 && value < 255) farthest = Math.max(farthest, Math.abs(clipped.values[i]! - value))
  })
  expect(farthest).toBeGreaterThan(0.49)
  expect(farthest).toBeLessThan(0.502)
})

it('takes from paper what a file loses: the mean of a clipped Gaussian', () => {
  const { values } = noisy(1)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  // E[min(255, 250 + 25 n)] = 255 - 25 (a Φ(a) + φ(a)) with a = 5 / 25.
  const a = 0.2
  expect(mean).toBeCloseTo(255 - 25 * (a * 0.57926 + 0.39104), 0)
})
