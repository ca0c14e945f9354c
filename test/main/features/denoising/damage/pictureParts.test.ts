import { describe, expect, it } from 'vitest'
import {
  cropped,
  maskedParts,
  partsOf,
  paste,
} from '../../../../../src/main/features/denoising/damage/pictureParts'
import { holesOfPixels, pixelsOfHoles } from '../../../../../src/main/features/denoising/damage/holesMask'
import type { Picture } from '../../../../../src/main/features/pictures/readPicture'

const pictureOf = (width: number, height: number): Picture => ({
  ...{ format: 'png', width, height, channels: 3, orientation: 1, pages: 1 },
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 251),
})

describe('parts of a picture', () => {
  it('cover it, each pixel once, and give it back', () => {
    const picture = pictureOf(2100, 1030)
    const parts = partsOf(picture)
    expect(parts).toHaveLength(6)
    const pixels = new Uint8Array(picture.pixels.length)
    let area = 0
    for (const part of parts) {
      area += part.inner.width * part.inner.height
      paste({ ...picture, pixels }, cropped(picture, part.outer), part, 1)
    }
    expect(area).toBe(picture.width * picture.height)
    expect(Buffer.compare(pixels, picture.pixels as Uint8Array)).toBe(0)
  })

  it('land in the right place of a result that is twice as large', () => {
    const picture = pictureOf(6, 4)
    const inner = { left: 3, top: 1, width: 2, height: 2 }
    const outer = { left: 2, top: 0, width: 4, height: 4 }
    const made = pictureOf(8, 8)
    const pixels = new Uint8Array(12 * 8 * 3)
    const changed = paste({ pixels, width: 12, channels: 3 }, made, { inner, outer }, 2)
    expect(changed).toEqual({ left: 6, top: 2, width: 4, height: 4 })
    expect(pixels[(2 * 12 + 6) * 3]).toBe(made.pixels[(2 * 8 + 2) * 3])
    expect(picture.width).toBe(6)
  })

  it('of a mask are where it has something to fill, and do not overlap', () => {
    const size = { width: 900, height: 700 }
    const mask = new Uint8Array(size.width * size.height)
    for (let x = 10; x < 300; x++) mask[(20 + x) * size.width + x] = 255
    mask[650 * size.width + 880] = 1
    const parts = maskedParts(mask, size)
    expect(parts).toHaveLength(2)
    const covers = (x: number, y: number) =>
      parts.filter(
        ({ inner: { left, top, width, height } }) =>
          x >= left && y >= top && x < left + width && y < top + height,
      ).length
    mask.forEach((value, i) => {
      if (value > 0) expect(covers(i % size.width, Math.floor(i / size.width))).toBe(1)
    })
    expect(maskedParts(new Uint8Array(mask.length), size)).toEqual([])
  })
})

describe('a mask of holes', () => {
  it.each([1, 3, 6, 8])('is the same pixels, turned as orientation %i says', (orientation) => {
    const size = { width: 40, height: 30 }
    const pixels = Uint8Array.from({ length: 1200 }, (_, i) => (i % 40 < 7 && i < 200 ? 255 : 0))
    const mask = holesOfPixels(pixels, size, orientation)!
    expect(Buffer.compare(pixelsOfHoles(mask, size, orientation), pixels)).toBe(0)
    expect(holesOfPixels(new Uint8Array(1200), size, orientation)).toBeNull()
  })

  it('covers all that is to be filled of a picture that has more pixels than it has cells', () => {
    const size = { width: 3000, height: 50 }
    const pixels = new Uint8Array(150_000)
    pixels[25 * 3000 + 1501] = 255
    const mask = holesOfPixels(pixels, size, 1)!
    expect(mask.columns).toBe(1024)
    expect(pixelsOfHoles(mask, size, 1)[25 * 3000 + 1501]).toBeGreaterThan(127)
  })
})
