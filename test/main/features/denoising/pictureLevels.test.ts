import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cellSide } from '../../../../src/main/features/denoising/cells'
import { PictureLevels, storedRegion } from '../../../../src/main/features/denoising/pictureLevels'
import { Restoration } from '../../../../src/main/features/denoising/restoration'

const size = { width: 7, height: 5 }
const stored = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * 37) % 251)

describe('a picture for the screen', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('stands upright, however it is stored (%d)', async (orientation) => {
    const levels = new PictureLevels(stored, size, 3, orientation)
    const file = await sharp(stored, { raw: { ...size, channels: 3 } })
      .withMetadata({ orientation })
      .tiff({ compression: 'none' })
      .toBuffer()
    const upright = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true })
    const { width, height } = levels.sizeOf(0)
    expect([width, height]).toEqual([upright.info.width, upright.info.height])
    expect([...levels.block(0, { left: 0, top: 0, width, height }).data]).toEqual([...upright.data])

    const part = { left: 1, top: 2, width: 3, height: 2 }
    const cut = await sharp(upright.data, { raw: { width, height, channels: 3 } })
      .extract(part)
      .raw()
      .toBuffer()
    expect([...levels.block(0, part).data]).toEqual([...cut])
    // Where that part is stored: turned back it is the same again.
    const region = storedRegion(orientation, size, part)
    expect([region.width, region.height].sort()).toEqual([2, 3])
    expect(storedRegion(1, size, part)).toEqual(part)
  })

  it('stands on white where it is transparent, with 16 bits too', () => {
    const deep = Uint16Array.of(0, 65_535, 0, 0, 32_768, 32_768)
    const levels = new PictureLevels(deep, { width: 3, height: 1 }, 2, 1)
    expect([...levels.block(0, { left: 0, top: 0, width: 3, height: 1 }).data]).toEqual([0, 255, 191])
  })

  it('is halved by means, and again where its pixels have changed', () => {
    const [width, height] = [1030, 6]
    const pixels = new Uint8Array(width * height).fill(40)
    const levels = new PictureLevels(pixels, { width, height }, 1, 1)
    expect(levels.count).toBe(3)
    expect(levels.sizeOf(2)).toEqual({ width: 258, height: 2 })
    pixels.fill(200)
    levels.update({ left: 0, top: 0, width: 8, height: 4 })
    const { data } = levels.block(2, { left: 0, top: 0, width: 4, height: 1 })
    expect([...data]).toEqual([200, 200, 40, 40])
  })

  it('gives what a level shows of a part, and shows another there', () => {
    const [width, height] = [1030, 6]
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 251)
    const levels = new PictureLevels(pixels, { width, height }, 3, 1)
    const part = { left: 8, top: 2, width: 1022, height: 4 }
    const [left, top, right] = [2, 0, 258]
    const whole = { left: 0, top: 0, ...levels.sizeOf(2) }
    const before = levels.block(2, whole).data
    const taken = levels.take(2, part)
    expect([...taken]).toEqual([...levels.block(2, { left, top, width: right - left, height: 2 }).data])
    levels.put(
      2,
      part,
      taken.map((value) => 255 - value),
    )
    const expected = before.map((value, i) => (Math.floor(i / 3) % 258 < left ? value : 255 - value))
    expect(levels.block(2, whole).data).toEqual(expected)
    expect(levels.take(0, part)).toHaveLength(1022 * 4 * 3)
  })
})

describe('what is restored of a picture', () => {
  const whole = { width: 3 * cellSide - 40, height: 2 * cellSide }
  const restoration = () => {
    const pixels = new Uint8Array(whole.width * whole.height)
    return new Restoration(pixels, new PictureLevels(pixels, whole, 1, 1), whole)
  }

  it('grows from the middle of what is seen, and ends with the picture', () => {
    const restored = restoration()
    restored.begin('a')
    const seen = { left: cellSide + 10, top: 10, width: 100, height: cellSide }
    const order = []
    for (let part = restored.next(seen); part; part = restored.next(seen)) {
      order.push([part.left / cellSide, part.top / cellSide])
      restored.mark(part)
    }
    expect(order).toEqual([
      [1, 0],
      [1, 1],
    ])
    expect([restored.readyShare(seen), restored.share]).toEqual([1, 1 / 3])
    const all = { left: 0, top: 0, ...whole }
    for (let part = restored.next(all); part; part = restored.next(all)) {
      expect(part.left + part.width).toBeLessThanOrEqual(whole.width)
      restored.mark(part)
    }
    expect(restored.isComplete).toBe(true)
  })

  it('begins anew when something else is asked for, with a glance at the middle', () => {
    const restored = restoration()
    restored.begin('a')
    expect(restored.glance({ left: 0, top: 0, ...whole })).toEqual({
      left: 316,
      top: 208,
      width: 96,
      height: 96,
    })
    expect(restored.glance({ left: 0, top: 0, ...whole })).toBeNull()
    restored.mark(restored.next({ left: 0, top: 0, ...whole })!)
    restored.begin('a')
    expect(restored.share).toBeGreaterThan(0)
    restored.begin('b')
    expect(restored.share).toBe(0)
    expect(restored.isFor('a')).toBe(false)
  })
})
