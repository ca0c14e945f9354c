import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { findJpegGrid } from '../../../../src/main/engine/restoration/jpegGrid'
import { greyThroughJpeg } from '../../../../src/main/engine/synthesis/jpeg'
import { psnrOfImages } from '../../../../src/main/engine/imaging/psnr'
import { firstTable } from '../../../../src/main/features/denoising/damage/jpegQuality'
import { qualityOfTable } from '../../../../src/main/features/denoising/tasks/damage'
import { randomStream } from '../../../../src/main/engine/training/random'

const [height, width] = [160, 176]

/** Edges, slopes, and texture. */
const scene = (() => {
  const random = randomStream(5)
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const shape = (x - 80) ** 2 + (y - 70) ** 2 < 2500 ? 70 : 0
    const value = 60 + 0.4 * x + shape + 20 * Math.sin(x / 3) * Math.sin(y / 5) + 6 * random.normal()
    return Math.min(255, Math.max(0, Math.round(value)))
  })
})()

const saved = (quality: number) =>
  sharp(scene, { raw: { width, height, channels: 1 } })
    .jpeg({ quality })
    .toBuffer()

const decoded = async (file: Buffer) =>
  Float32Array.from(await sharp(file).toColourspace('b-w').raw().toBuffer())

describe('the grid of a JPEG', () => {
  it.each([10, 20, 40, 60])('is seen in the pixels of quality %d', async (quality) => {
    const file = await saved(quality)
    expect(qualityOfTable(firstTable(file)!)).toBe(quality)
    const found = findJpegGrid({ height, width, data: await decoded(file) })
    expect(found).toMatchObject({ top: 0, left: 0 })
    expect(Math.abs(found!.quality - quality)).toBeLessThanOrEqual(3)
  })

  it('is seen where it was cut', async () => {
    const data = await decoded(await saved(20))
    const [top, left] = [3, 5]
    const cut = new Float32Array((height - 3) * (width - 5))
    for (let y = 0; y < height - top; y++)
      for (let x = 0; x < width - left; x++) cut[y * (width - left) + x] = data[(y + top) * width + x + left]!
    expect(findJpegGrid({ height: height - top, width: width - left, data: cut })).toMatchObject({
      quality: 20,
      top: 5,
      left: 3,
    })
  })

  it('is not seen in a picture that was none', () => {
    expect(findJpegGrid({ height, width, data: Float32Array.from(scene) })).toBeNull()
  })

  it.each([10, 40, 80])('is simulated as libjpeg leaves it at quality %d', async (quality) => {
    const clean = Float32Array.from(scene, (value) => value / 255)
    const real = (await decoded(await saved(quality))).map((value) => value / 255)
    const made = greyThroughJpeg(clean, { height, width }, { quality, top: 0, left: 0 })
    const shape = { height, width, channels: 1 } as const
    const off = psnrOfImages(clean, real, shape)[0]! - psnrOfImages(clean, made, shape)[0]!
    expect(Math.abs(off)).toBeLessThan(0.05)
  })
})
