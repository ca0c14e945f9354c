import { expect, it } from 'vitest'
import {
  appearances,
  AppearanceScore,
  appearanceSize,
} from '../../../../src/main/engine/anomalies/appearance'
import { randomNumbers } from '../../../support/randomNumbers'

const input = { height: 40, width: 50, channels: 3 as const }
const inputs = input.height * input.width * input.channels
const random = randomNumbers(4)

/** Soft slopes with some noise, in a colour of their own each. */
function slope(): Float32Array {
  const [across, down, noise] = [random() - 0.5, random() - 0.5, 0.02 + 0.03 * random()]
  const color = [random(), random(), random()].map((one) => 0.3 + 0.3 * one)
  return Float32Array.from({ length: inputs }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % input.width, Math.floor(at / 3 / input.width)]
    const value = color[at % 3]! + 0.3 * ((across * x) / input.width + (down * y) / input.height)
    return Math.min(1, Math.max(0, value + noise * (random() - 0.5)))
  })
}

function joined(images: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(images.length * inputs)
  images.forEach((image, i) => all.set(image, i * inputs))
  return all
}

it('puts a drawing far from all slopes, and a slope that it has not seen among them', () => {
  const normal = joined(Array.from({ length: 60 }, slope))
  const score = AppearanceScore.fit(appearances(normal, input), input)
  const largest = Math.max(...score.of(normal))
  const drawing = Float32Array.from({ length: inputs }, (_, at) => (Math.floor(at / 30) % 7 === 0 ? 1 : 0))
  const [unseen, drawn] = score.of(joined([slope(), drawing])) as unknown as [number, number]
  expect(drawn).toBeGreaterThan(2 * largest)
  expect(unseen).toBeLessThan(1.5 * largest)
})

it('has numbers for any image: flat, black, of one channel, and smaller than what it looks at', () => {
  for (const shape of [input, { height: 2, width: 3, channels: 1 as const }]) {
    const size = shape.height * shape.width * shape.channels
    for (const value of [0, 0.5, 1]) {
      const numbers = appearances(new Float32Array(size).fill(value), shape)
      expect(numbers).toHaveLength(appearanceSize)
      expect([...numbers].every(Number.isFinite)).toBe(true)
    }
  }
})
