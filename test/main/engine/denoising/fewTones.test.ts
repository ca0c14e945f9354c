import { describe, expect, test } from 'vitest'
import { hasFewTones } from '../../../../src/main/engine/denoising/realNoise/fewTones'
import { randomStream } from '../../../../src/main/engine/training/random'

const [height, width] = [96, 120]

/** Grey, of 8 bits. */
function picture(valueAt: (x: number, y: number) => number) {
  const data = Uint8Array.from({ length: height * width }, (_, i) =>
    Math.round(valueAt(i % width, Math.floor(i / width))),
  )
  return { height, width, channels: 1 as const, data }
}

describe('few tones', () => {
  const random = randomStream(2)
  const palette = Array.from({ length: 20 }, () => random.below(256))

  test.each([
    ['pixels of a palette', picture(() => palette[random.below(20)]!)],
    ['a scan in black and white', picture(() => (random.uniform() < 0.3 ? 0 : 255))],
    ['sixteen levels of grey', picture((x) => 17 * Math.floor((15 * x) / width + random.uniform()))],
    ['black paper', picture(() => 0)],
  ])('are what makes %s', (_, image) => expect(hasFewTones(image)).toBe(true))

  test.each([
    ['weak noise on grey', picture(() => 100 + 1.5 * random.normal())],
    ['noise on a dark picture', picture(() => Math.max(0, 2 + 2 * random.normal()))],
    ['strong noise', picture((x) => Math.min(255, Math.max(0, x + 40 * random.normal())))],
    ['a shade', picture((x, y) => 60 + x / 2 + y / 4)],
    ['noise whose contrast was raised', picture(() => 3 * Math.round(30 + 5 * random.normal()))],
  ])('are not what makes %s', (_, image) => expect(hasFewTones(image)).toBe(false))

  test('has salt and pepper beside noise no part in them', () => {
    const image = picture(() => (random.uniform() < 0.04 ? 255 * random.below(2) : 120 + 3 * random.normal()))
    expect(hasFewTones(image)).toBe(false)
  })

  test('are told in 16 bits as in 8', () => {
    const { data, ...shape } = picture(() => palette[random.below(20)]!)
    expect(hasFewTones({ ...shape, data: Uint16Array.from(data, (value) => 257 * value) })).toBe(true)
    const noisy = Uint16Array.from(data, () => 900 + 120 * random.normal())
    expect(hasFewTones({ ...shape, data: noisy })).toBe(false)
  })
})
