import { describe, expect, it } from 'vitest'
import { poisson, poissonNoise } from '../../../../src/main/engine/training/poisson'
import { randomStream } from '../../../../src/main/engine/training/random'
import { moments } from '../../../support/statistics'

const samples = 100_000

describe('poisson', () => {
  it.each([0.01, 0.5, 1, 3, 9.99, 10, 12.5, 30, 100, 1000])(
    'has mean and variance λ, and the third moment of its skew: %d',
    (lambda) => {
      const random = randomStream(3, Math.round(lambda * 100))
      const { mean, variance, skewness } = moments(
        Float64Array.from({ length: samples }, () => poisson(lambda, random)),
      )
      // Standard errors: √(λ/n), and √((λ + 2λ²)/n) from the fourth central moment λ + 3λ².
      expect(Math.abs(mean - lambda)).toBeLessThan(4.5 * Math.sqrt(lambda / samples))
      expect(Math.abs(variance - lambda)).toBeLessThan(4.5 * Math.sqrt((lambda + 2 * lambda ** 2) / samples))
      if (lambda >= 0.5) expect(Math.abs(skewness - 1 / Math.sqrt(lambda))).toBeLessThan(0.06)
    },
  )

  it('has the probabilities of its formula, on both sides of the change of method', () => {
    for (const lambda of [9.5, 10.5]) {
      const random = randomStream(5)
      const counts = new Map<number, number>()
      for (let i = 0; i < samples; i++) {
        const k = poisson(lambda, random)
        counts.set(k, (counts.get(k) ?? 0) + 1)
      }
      let p = Math.exp(-lambda)
      for (let k = 0; k < 25; k++) {
        const error = Math.sqrt((p * (1 - p)) / samples)
        expect(Math.abs((counts.get(k) ?? 0) / samples - p), `P(${k}) at ${lambda}`).toBeLessThan(
          5 * error + 1e-9,
        )
        p *= lambda / (k + 1)
      }
    }
  })

  it('is nothing where there is no light', () => {
    expect(poisson(0, randomStream(1))).toBe(0)
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
