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

it('puts what is equally detailed everywhere far from pictures of things', () => {
  /** Squares of random sizes and colours on a slope. */
  const things = (): Float32Array => {
    const image = slope()
    for (let k = 0; k < 6; k++) {
      const [x0, y0, side] = [random() * input.width, random() * input.height, 4 + 16 * random()]
      const color = [random(), random(), random()]
      for (let y = Math.floor(y0); y < Math.min(input.height, y0 + side); y++)
        for (let x = Math.floor(x0); x < Math.min(input.width, x0 + side); x++)
          color.forEach((value, c) => (image[(y * input.width + x) * 3 + c] = value))
    }
    return image
  }
  const normal = joined(Array.from({ length: 100 }, things))
  const score = AppearanceScore.fit(appearances(normal, input), input)
  const tiles = things().map((value, at) => {
    const [x, y] = [Math.floor(at / 3) % input.width, Math.floor(at / 3 / input.width)]
    return (Math.floor(x / 5) + Math.floor(y / 5)) % 2 === 0
      ? 0.3 + 0.05 * (at % 3)
      : 0.25 + 0.5 * value * 0.1
  })
  const largest = Math.max(...score.of(normal))
  expect(score.of(joined([tiles]))[0]).toBeGreaterThan(largest)
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
