import { Matrix, pseudoInverse } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { decoderCopies } from '../../../../src/main/engine/models/decoderCopies'
import { randomStream } from '../../../../src/main/engine/training/random'
import { specOf } from '../../../support/training'

const invert = (values: Float32Array, units: number) =>
  decoderCopies(specOf([units], { tying: 'pseudo-inverse' }), { 'encoder.0.kernel': values })[
    'decoder.0.kernel'
  ]!

describe('a decoder that is the pseudo-inverse', () => {
  it.each([20, 64, 90])('is what the singular values say, with %i units', (units) => {
    const random = randomStream(units)
    const values = new Float32Array(64 * units).map(() => random.normal() / 8)
    const expected = pseudoInverse(Matrix.from1DArray(64, units, values)).to1DArray()
    const largest = Math.max(...expected.map(Math.abs))
    invert(values, units).forEach((value, i) =>
      expect(value / largest).toBeCloseTo(expected[i]! / largest, 4),
    )
  })

  it('leaves out what columns have twice, and is 0 for zeros', () => {
    const random = randomStream(7)
    const column = Array.from({ length: 64 }, () => random.normal())
    const values = Float32Array.from(column.flatMap((value) => [value, value]))
    const expected = pseudoInverse(Matrix.from1DArray(64, 2, values), 1e-6).to1DArray()
    invert(values, 2).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
    expect(invert(new Float32Array(128), 2).every((value) => value === 0)).toBe(true)
  })
})
