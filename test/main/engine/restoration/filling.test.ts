import { describe, expect, it } from 'vitest'
import { takeBack } from '../../../../src/main/engine/restoration/backProjection'
import { fillBending } from '../../../../src/main/engine/restoration/fillBending'
import { fillSmoothly } from '../../../../src/main/engine/restoration/fillHoles'
import { findScratches } from '../../../../src/main/engine/restoration/findScratches'
import { bicubic, resize } from '../../../../src/main/engine/restoration/resample'

const size = { height: 48, width: 40 }
const slope = Float32Array.from(
  { length: 48 * 40 },
  (_, i) => 0.2 + 0.01 * (i % 40) + 0.003 * Math.floor(i / 40),
)
const parabola = slope.map((value, i) => value + 0.0004 * ((i % 40) - 20) ** 2)

/** A stroke of eight pixels in the middle. */
const mask = Uint8Array.from(slope, (_, i) => (Math.abs((i % 40) - 20) < 4 && i > 400 && i < 1500 ? 1 : 0))
const holed = (plane: Float32Array) => plane.map((value, i) => (mask[i] === 1 ? -1 : value))
const furthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

describe('filling holes', () => {
  it.each([fillSmoothly, fillBending])('leaves what is known, and goes on with a slope: %o', (fill) => {
    const filled = fill(holed(slope), mask, size)
    filled.forEach((value, i) => {
      if (mask[i] === 0) expect(value).toBe(slope[i])
    })
    expect(furthest(filled, slope)).toBeLessThan(0.01)
  })

  it('goes on with a bend, which the mean of neighbours flattens', () => {
    expect(furthest(fillBending(holed(parabola), mask, size), parabola)).toBeLessThan(0.001)
    expect(furthest(fillSmoothly(holed(parabola), mask, size), parabola)).toBeGreaterThan(0.003)
  })

  it('copes with nothing missing and with all of it', () => {
    expect(fillBending(slope, new Uint8Array(mask.length), size)).toEqual(slope)
    const all = fillBending(holed(slope), new Uint8Array(mask.length).fill(1), size)
    expect(all.every((value) => value >= 0 && value <= 1)).toBe(true)
  })
})

describe('scratches', () => {
  it('are found where they are, and nowhere else', () => {
    const scratched = slope.map((value, i) => (i % 40 === Math.floor(i / 160) + 10 ? 1 : value))
    const found = findScratches(scratched, size)
    let inside = 0
    scratched.forEach((value, i) => (inside += value === 1 && found[i] === 1 ? 1 : 0))
    expect(inside).toBeGreaterThan(40)
    expect(found.filter((value) => value === 1).length).toBeLessThan(48 * 5)
    expect(findScratches(slope, size).includes(1)).toBe(false)
  })
})

describe('resizing', () => {
  it('brings an enlarged image nearer to the small one', () => {
    const small = { ...size, data: parabola.map((value, i) => value + 0.1 * Math.sin(i)) }
    const data = new Float32Array(4 * small.data.length).fill(0.5)
    const large = { planes: 1, channels: 1 as const, height: 96, width: 80, data }
    for (let i = 0; i < 8; i++) takeBack(large, small)
    expect(furthest(resize(large, 48, 40, bicubic).data, small.data)).toBeLessThan(0.02)
  })
})
