import { expect, it } from 'vitest'
import { PixelCoder } from '../../../../src/main/engine/compression/pixelCoder'
import { RangeReader, RangeWriter } from '../../../../src/main/engine/compression/rangeCoder'
import { randomNumbers } from '../../../support/randomNumbers'

/** Smooth images with noise, and what a decoder would draw of them. */
function example(width: number, channels: number) {
  const random = randomNumbers(width)
  const size = width * width * channels
  const images = Array.from({ length: 6 }, (_, n) => {
    const pixels = Uint8Array.from({ length: size }, (_unused, i) =>
      Math.max(0, Math.min(255, 128 + 100 * Math.sin((i % (width * channels)) / 9 + n) + 12 * random())),
    )
    const drawn = Float32Array.from(pixels, (pixel) =>
      Math.min(1, Math.max(0, pixel / 255 + 0.1 * (random() - 0.5))),
    )
    // Some lie on a border between two levels.
    for (let i = 0; i < size; i += 17) drawn[i] = Math.round(64 * drawn[i]!) / 64
    return { pixels, drawn }
  })
  return { images, shape: { width, channels } }
}

for (const channels of [1, 3])
  for (const maxError of [0, 1, 4, 100])
    it(`keeps ${channels} channels within ${maxError}, though another machine draws a little otherwise`, () => {
      const { images, shape } = example(24, channels)
      const writer = new RangeWriter()
      const coder = new PixelCoder(shape, maxError)
      for (const { pixels, drawn } of images) coder.code(writer, drawn, pixels, true)
      const bytes = writer.finish()
      const reader = new RangeReader(bytes)
      const other = new PixelCoder(shape, maxError)
      const random = randomNumbers(2)
      for (const { pixels, drawn } of images) {
        const elsewhere = drawn.map((value) => value + 4e-5 * (random() - 0.5))
        const read = new Uint8Array(pixels.length)
        other.code(reader, elsewhere, read, false)
        const worst = read.reduce((most, value, i) => Math.max(most, Math.abs(value - pixels[i]!)), 0)
        expect(worst).toBeLessThanOrEqual(maxError)
        expect(read).toEqual(pixels.map((pixel) => coder.restored(pixel)))
      }
      if (maxError === 0) expect(bytes.length).toBeLessThan(images.length * images[0]!.pixels.length)
    })
