import { describe, expect, it } from 'vitest'
import { trustworthiness } from '../../src/main/engine/latent/trustworthiness'
import { judgeTrustworthiness, trustOfChance } from '../../src/shared/trustworthiness'
import { randomNumbers } from '../support/randomNumbers'

describe('trustworthiness in a word', () => {
  it('is good within a tenth of the penalty of a random map, fair within three tenths, and else poor', () => {
    expect([1, 0.95, 0.949, 0.85, 0.84, 0.5].map(judgeTrustworthiness)).toEqual([
      'good',
      'good',
      'fair',
      'fair',
      'poor',
      'poor',
    ])
  })
  it('has the figure of a random map for chance', () => {
    const random = randomNumbers(1)
    const values = (n: number) => Float32Array.from({ length: n }, () => random())
    const figure = trustworthiness(values(600 * 8), 8, values(600 * 2), 2, 15)
    expect(figure).toBeCloseTo(trustOfChance, 1)
    expect(judgeTrustworthiness(figure)).toBe('poor')
  })
})
