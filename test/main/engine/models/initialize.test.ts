import { describe, expect, it } from 'vitest'
import { initializers } from '../../../../src/shared/modelSpec'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { transposed } from '../../../../src/main/engine/models/weights'
import { multiply } from '../../../support/matrices'
import { largestDifference, specOf } from '../../../support/training'

const [inputs, units] = [64, 200]

describe('initializeParameters', () => {
  it.each([
    ['glorot-uniform', 2 / (inputs + units)],
    ['glorot-normal', 2 / (inputs + units)],
    ['he-uniform', 2 / inputs],
    ['he-normal', 2 / inputs],
    ['lecun-normal', 1 / inputs],
  ] as const)('draws kernels with the variance of its paper: %s', (initializer, variance) => {
    const kernel = initializeParameters(specOf([units], { initializer }))['encoder.0.kernel']!
    const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length
    const spread = kernel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kernel.length
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / kernel.length))
    expect(spread / variance).toBeCloseTo(1, 1)
    const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    if (initializer.endsWith('uniform'))
      expect(largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(3 * variance)))
    else expect(largest).toBeGreaterThan(3 * Math.sqrt(variance))
  })

  it.each([[20], [64], [90]])('draws orthonormal columns or rows: 64 × %i', (width) => {
    const kernel = initializeParameters(specOf([width], { initializer: 'orthogonal' }))['encoder.0.kernel']!
    const flipped = transposed(kernel, 64, width)
    const gram =
      width > 64 ? multiply(kernel, flipped, 64, width, 64) : multiply(flipped, kernel, width, 64, width)
    const side = Math.min(width, 64)
    const identity = Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) ? 0 : 1))
    expect(largestDifference(gram, identity)).toBeLessThan(1e-5)
  })

  it.each(initializers)('depends on the seed alone, with biases of zero: %s', (initializer) => {
    const spec = specOf([12, 5], { initializer, tying: 'untied' })
    const values = initializeParameters(spec)
    expect(initializeParameters(spec)).toEqual(values)
    const others = initializeParameters({ ...spec, seed: 2 })
    for (const [name, value] of Object.entries(values)) {
      if (name.endsWith('bias')) expect(value.every((element) => element === 0)).toBe(true)
      else expect(others[name]).not.toEqual(value)
    }
    const [a, b] = [values['encoder.0.kernel']!, values['decoder.1.kernel']!]
    expect(a.slice(0, 5)).not.toEqual(b.slice(0, 5))
  })
})
