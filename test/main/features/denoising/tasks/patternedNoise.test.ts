import { describe, expect, it, test } from 'vitest'
import type { PixelImage } from '../../../../../src/main/engine/denoising/pixelTiles'
import { randomStream } from '../../../../../src/main/engine/training/random'
import { certaintyOf, estimateImageNoise } from '../../../../../src/main/features/denoising/tasks/imageNoise'
import { syntheticPhotograph } from '../../../../support/syntheticPhotograph'

const side = 384

function drawn(valueAt: (x: number, y: number) => number, sigma = 0): PixelImage {
  const random = randomStream(5)
  const data = new Uint8Array(side * side * 3)
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)]
    const value = valueAt(x, y) * (1 - 0.1 * (i % 3)) + sigma * random.normal()
    data[i] = Math.min(255, Math.max(0, Math.round(value)))
  }
  return { height: side, width: side, channels: 3, data }
}

const stripes = (period: number, angle: number) => (x: number, y: number) =>
  128 + 60 * Math.sin((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / period)

describe('a clean picture with a pattern all over', () => {
  test.each([2.7, 4, 7.3, 13].flatMap((period) => [0, 0.5, 1.1].map((angle) => [period, angle] as const)))(
    'has no noise: stripes every %d pixels, turned by %d',
    (period, angle) => expect(certaintyOf(estimateImageNoise(drawn(stripes(period, angle))))).toBe(0),
  )

  test.each([
    ['cloth', (x: number, y: number) => 120 + 50 * Math.sin(x / 1.7) * (Math.floor(y / 9) % 2 ? 1 : -1)],
    ['rings', (x: number, y: number) => 128 + 70 * Math.cos(Math.hypot(x - 192, y - 192) / 1.5)],
    ['a zone plate', (x: number, y: number) => 128 + 100 * Math.cos((x * x + y * y) / 600)],
  ])('has no noise: %s', (_, valueAt) =>
    expect(certaintyOf(estimateImageNoise(drawn(valueAt)))).toBeLessThan(0.2),
  )
})

it('noise in stripes is told as what it is', () => {
  const { sigmas } = estimateImageNoise(drawn(stripes(7.3, 0.5), 12))!
  for (const sigma of sigmas) expect(Math.abs(sigma / 12 - 1)).toBeLessThan(0.15)
})

it('noise in a picture of which a part is striped is told as before', () => {
  const photograph = syntheticPhotograph(1)
  const random = randomStream(6)
  const { height, width } = photograph
  const data = photograph.data.map((value, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    const shown = x < width / 3 ? stripes(5, 0.3)(x, y) : value
    return Math.min(255, Math.max(0, Math.round(shown + 10 * random.normal())))
  })
  const { sigmas } = estimateImageNoise({ height, width, channels: 3, data })!
  for (const sigma of sigmas) expect(Math.abs(sigma / 10 - 1)).toBeLessThan(0.2)
})
