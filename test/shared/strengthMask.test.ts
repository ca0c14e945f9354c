import { describe, expect, it } from 'vitest'
import { strengthMaskSchema } from '../../src/shared/api/denoising'
import { mixPixels, wholeMix } from '../../src/shared/mixPixels'
import { mixWithMask } from '../../src/shared/mixWithMask'
import {
  factorAt,
  factorRows,
  gridFor,
  isNeutral,
  mostCells,
  neutralMask,
  partsWithMore,
  type StrengthMask,
} from '../../src/shared/strengthMask'

const size = { width: 40, height: 20 }
const mask = (columns: number, values: number[]): StrengthMask => ({
  ...{ columns, rows: values.length / columns, values: Uint8Array.from(values) },
})

describe('a strength mask', () => {
  it('is never larger than its bound, and no finer than is of use', () => {
    expect(gridFor({ width: 12_000, height: 3000 })).toEqual({ columns: mostCells, rows: 128 })
    expect(gridFor({ width: 400, height: 300 })).toEqual({ columns: 100, rows: 75 })
    expect(gridFor({ width: 1, height: 1 })).toEqual({ columns: 1, rows: 1 })
    expect(isNeutral(neutralMask(size))).toBe(true)
    expect(strengthMaskSchema.safeParse(neutralMask(size)).success).toBe(true)
    expect(strengthMaskSchema.safeParse(mask(2, [0, 201])).success).toBe(false)
    expect(strengthMaskSchema.safeParse({ ...mask(2, [0, 100]), rows: 2 }).success).toBe(false)
  })

  it('goes smoothly from the middle of one cell to the next', () => {
    const two = mask(2, [0, 200])
    const factors = factorRows(two, size, { left: 0, top: 0, width: 40, step: 1 })(7)
    expect([factors[0], factors[9], factors[39]]).toEqual([0, 0, 2])
    expect(factors[19]! + factors[20]!).toBeCloseTo(2)
    for (let i = 11; i < 29; i++) expect(factors[i + 1]! - factors[i]!).toBeCloseTo(0.1)
  })

  it('is the same for a part, and for the picture at half its size', () => {
    const some = mask(3, [0, 50, 200, 100, 100, 30])
    const whole = factorRows(some, size, { left: 0, top: 0, width: 40, step: 1 })
    const part = factorRows(some, size, { left: 12, top: 5, width: 10, step: 1 })
    expect([...part(3)]).toEqual([...whole(8).slice(12, 22)])
    const half = factorRows(some, size, { left: 0, top: 0, width: 20, step: 2 })
    const [a, b] = [whole(6).slice(), whole(7).slice()]
    const mean = (a[14]! + a[15]! + b[14]! + b[15]!) / 4
    expect(half(3)[7]).toBeCloseTo(mean)
    expect(factorAt(some, size, 14.7, 6.2)).toBe(a[14])
  })

  it('asks for more only where it is above what is taken out anyway', () => {
    const some = mask(4, [100, 100, 100, 150])
    const parts = (share: number) => partsWithMore(some, size, share, 20)
    expect(parts(1)).toEqual([{ left: 20, top: 0, width: 20, height: 20 }])
    expect(parts(0.6)).toEqual([])
    expect(parts(0)).toEqual([])
  })
})

describe('a mix with a mask', () => {
  const original = Uint8Array.of(100, 110, 120, 7, 0, 250, 30, 9, 50, 60, 70, 1)
  const restored = Uint8Array.of(112, 104, 123, 0, 20, 255, 0, 0, 60, 60, 60, 0)
  const stronger = Uint8Array.of(120, 100, 130, 0, 40, 255, 0, 0, 70, 60, 50, 0)
  const mixed = (factors: number[], mix = wholeMix, more: Uint8Array | null = stronger) => {
    const result = new Uint8Array(original.length)
    const local = { width: 3, stronger: more, factors: () => Float32Array.from(factors) }
    mixWithMask(result, original, restored, 4, mix, local)
    return [...result]
  }

  it('is the mix without one where it is neutral', () => {
    for (const mix of [
      wholeMix,
      { strength: 0.37, color: 1, detail: 0 },
      { strength: 0.8, color: 0.3, detail: 0.4 },
      { strength: 1, color: 1, detail: 1 },
    ]) {
      const plain = new Uint8Array(original.length)
      mixPixels(plain, original, restored, 4, mix)
      expect(mixed([1, 1, 1], mix)).toEqual([...plain])
    }
  })

  it('leaves what is painted away, and goes on to the stronger one', () => {
    expect(mixed([0, 1, 2])).toEqual([100, 110, 120, 7, 20, 255, 0, 9, 70, 60, 50, 1])
    expect(mixed([0.5, 1, 1.5]).slice(8)).toEqual([65, 60, 55, 1])
    // Half of the strength twice is all of it, and nothing else is needed for that.
    expect(mixed([2, 2, 2], { ...wholeMix, strength: 0.5 }, null)).toEqual(mixed([1, 1, 1]))
    expect(mixed([2, 2, 2], wholeMix, null)).toEqual(mixed([1, 1, 1]))
  })

  it('keeps the brightness where only noise of colours goes', () => {
    const result = mixed([1, 2, 1], { strength: 1, color: 1, detail: 1 })
    const sum = (pixels: ArrayLike<number>) => pixels[0]! + pixels[1]! + pixels[2]!
    expect(sum(result)).toBe(sum(original))
    expect(sum(result.slice(8))).toBe(sum(original.slice(8)))
  })

  it('takes grey and 16 bits, over the restored one', () => {
    const deep = Uint16Array.of(3000, 0, 65_535, 0)
    mixWithMask(deep, Uint16Array.of(1000, 5, 0, 6), deep, 2, wholeMix, {
      ...{ width: 1, stronger: null, factors: (row) => Float32Array.of(row === 0 ? 0.5 : 0.25) },
    })
    expect([...deep]).toEqual([2000, 5, 16_384, 6])
  })
})
