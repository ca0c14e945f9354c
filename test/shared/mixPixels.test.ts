import { describe, expect, it } from 'vitest'
import { mixPixels, wholeMix } from '../../src/shared/mixPixels'

const original = Uint8Array.of(100, 110, 120, 7, 0, 250, 30, 9)
const restored = Uint8Array.of(112, 104, 123, 0, 20, 255, 0, 0)
const mixed = (mix: Parameters<typeof mixPixels>[4], channels: 3 | 4 = 4) => {
  const result = new Uint8Array(original.length)
  mixPixels(result, original, restored, channels, mix)
  return [...result]
}

describe('a restored picture and its original', () => {
  it('is the one or the other at the ends, and alpha is never changed', () => {
    expect(mixed(wholeMix)).toEqual([112, 104, 123, 7, 20, 255, 0, 9])
    expect(mixed({ ...wholeMix, strength: 0 })).toEqual([...original])
    expect(mixed({ strength: 2, color: 0, detail: 1 })).toEqual([...original])
  })

  it('keeps colours or brightness apart', () => {
    // The mean change of the first pixel is 3: brightness alone moves all by that.
    expect(mixed({ strength: 1, color: 0, detail: 0 }).slice(0, 3)).toEqual([103, 113, 123])
    expect(mixed({ strength: 1, color: 1, detail: 1 }).slice(0, 3)).toEqual([109, 101, 120])
    expect(mixed({ strength: 0.5, color: 1, detail: 0 }).slice(0, 3)).toEqual([106, 107, 122])
  })

  it('clips, and takes grey and 16 bits', () => {
    expect(mixed({ strength: 1, color: 0, detail: 0 }).slice(4, 7)).toEqual([0, 248, 28])
    const grey = new Uint16Array(4)
    mixPixels(grey, Uint16Array.of(1000, 5, 0, 6), Uint16Array.of(3000, 0, 65_535, 0), 2, {
      ...wholeMix,
      strength: 0.25,
    })
    expect([...grey]).toEqual([1500, 5, 16_384, 6])
  })

  it('may be written over the restored one', () => {
    const result = restored.slice()
    mixPixels(result, original, result, 4, { strength: 0.5, color: 1, detail: 0 })
    expect([...result]).toEqual(mixed({ strength: 0.5, color: 1, detail: 0 }))
  })
})
