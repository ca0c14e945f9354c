import { describe, expect, it } from 'vitest'
import { KnownAmounts } from '../../../../src/main/features/denoising/knownAmounts'

const sight = { model: 'a', level: 0, visible: { left: 0, top: 0, width: 2, height: 1 } }
const byHand = (value: number) => ({ isByHand: true, value })
const estimated = (value: number) => ({ isByHand: false, value })
const original = () => Uint8Array.of(100, 0)

function known(...amounts: [value: number, pixels: number[]][]): KnownAmounts {
  const kept = new KnownAmounts()
  kept.begin(byHand(1), sight)
  for (const [value, pixels] of amounts) kept.keep(byHand(value), Uint8Array.from(pixels))
  return kept
}

describe('amounts of noise that are known', () => {
  it('are mixed for one between them, in the ratio of their logarithms', () => {
    const kept = known([10, [80, 20]], [40, [0, 100]])
    expect([...kept.mix(byHand(20), original)!]).toEqual([40, 60])
    expect([...kept.mix(byHand(10), original)!]).toEqual([80, 20])
  })

  it('end with the picture itself, where nothing is taken away', () => {
    const kept = known([10, [80, 20]])
    expect([...kept.mix(byHand(5), original)!]).toEqual([90, 10])
    expect([...kept.mix(byHand(0), original)!]).toEqual([100, 0])
    // A little more is hardly another picture.
    expect([...kept.mix(byHand(12), original)!]).toEqual([80, 20])
    expect(kept.mix(byHand(14), original)).toBeNull()
  })

  it('say nothing of less than what is estimated', () => {
    const kept = new KnownAmounts()
    kept.begin(estimated(1), sight)
    kept.keep(estimated(2), Uint8Array.of(0, 0))
    expect(kept.mix(estimated(1.5), original)).toBeNull()
    kept.keep(estimated(1), Uint8Array.of(200, 100))
    expect([...kept.mix(estimated(Math.SQRT2), original)!]).toEqual([100, 50])
  })

  it('are forgotten for another model, another place, and between by hand and not', () => {
    for (const [amount, next] of [
      [byHand(10), { ...sight, model: 'b' }],
      [byHand(10), { ...sight, level: 1 }],
      [byHand(10), { ...sight, visible: { ...sight.visible, left: 1 } }],
      [estimated(10), sight],
    ] as const) {
      const kept = known([10, [1, 2]])
      kept.begin(byHand(3), sight)
      expect(kept.has(byHand(10))).toBe(true)
      kept.begin(amount, next)
      expect(kept.has(amount)).toBe(false)
    }
  })

  it('are worth knowing twice and half as far, unless some are near enough', () => {
    expect(known([20, [0, 0]]).missing(byHand(20))).toBe(40)
    expect(known([20, [0, 0]], [40, [0, 0]]).missing(byHand(20))).toBe(10)
    expect(known([30, [0, 0]], [20, [0, 0]], [40, [0, 0]], [10, [0, 0]]).missing(byHand(20))).toBeNull()
    // 40 is close, and the hand may go on.
    expect(known([20, [0, 0]], [40, [0, 0]], [36, [0, 0]]).missing(byHand(36))).toBe(72)
    expect(known([150, [0, 0]]).missing(byHand(150))).toBe(75)
    expect(known([1, [0, 0]], [2, [0, 0]]).missing(byHand(1))).toBeNull()
    expect(known().missing(estimated(1))).toBeNull()
    expect(known().missing(estimated(1.5))).toBe(2)
  })

  it('are five at most, those that are near', () => {
    const kept = known(...[10, 20, 40, 80, 160, 100].map((value): [number, number[]] => [value, [0, 0]]))
    expect([10, 20, 40, 80, 160, 100].map((value) => kept.has(byHand(value)))).toEqual([
      false,
      ...new Array<boolean>(5).fill(true),
    ])
  })
})
