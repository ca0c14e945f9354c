import { describe, expect, it } from 'vitest'
import { poissonNoise, poissonQuantiles } from '../../../../src/main/engine/training/poisson'
import { randomStream } from '../../../../src/main/engine/training/random'
import { moments } from '../../../support/statistics'

const count = 4096
function quantiles(mean: number): Float32Array {
  const values = new Float32Array(count)
  poissonQuantiles(mean, values)
  return values
}

describe('the quantiles of a Poisson distribution', () => {
  it.each([0.1, 0.5, 1, 3, 9.99, 30, 100, 1000, 1e6])(
    'have mean and variance λ, and the third moment of its skew: %d',
    (lambda) => {
      const { mean, variance, skewness } = moments(Float64Array.from(quantiles(lambda)))
      const sigma = Math.sqrt(lambda)
      expect(Math.abs(mean - lambda) / sigma).toBeLessThan(0.002)
      // Of whole numbers there are as many as come nearest, and a little of the tails is beyond the last one.
      expect(variance / lambda).toBeGreaterThan(0.99)
      expect(variance / lambda).toBeLessThan(1.005)
      expect(Math.abs(skewness - 1 / sigma)).toBeLessThan(0.08 / sigma + 0.001)
    },
  )

  it('are as many of each value as its probability says', () => {
    for (const lambda of [0.3, 4, 25]) {
      const values = quantiles(lambda)
      for (let k = 0, p = Math.exp(-lambda), upTo = p; k < 60; k++, p *= lambda / k, upTo += p)
        expect(values.filter((value) => value <= k).length / count, `P(<= ${k}) of ${lambda}`).toBeCloseTo(
          upTo,
          3,
        )
    }
  })

  it('are nothing where there is no light', () => {
    expect(new Set(quantiles(0))).toEqual(new Set([0]))
  })
})

describe('poissonNoise', () => {
  const draw = (kind: ReturnType<typeof poissonNoise>, key: number, images = 64) => {
    const pixels = new Uint8Array(images * 16).fill(200)
    const field = new Float32Array(pixels.length)
    const strength = new Float32Array(images)
    kind.draw(randomStream(key), pixels, field, strength)
    return { field, strength }
  }

  it('does not depend on what was drawn before, so that a run can be resumed', () => {
    const range = { kind: 'poisson', min: 5, max: 500 } as const
    const first = poissonNoise(range, 1)
    draw(first, 1)
    draw(first, 2)
    const second = poissonNoise(range, 1)
    expect(draw(second, 3)).toEqual(draw(first, 3))
  })

  it('spreads a range over all of it', () => {
    const { strength } = draw(poissonNoise({ kind: 'poisson', min: 1, max: 128 }, 1), 4, 8000)
    expect(new Set(strength)).toEqual(new Set([1, 2, 4, 8, 16, 32, 64, 128].map(Math.fround)))
  })
})
