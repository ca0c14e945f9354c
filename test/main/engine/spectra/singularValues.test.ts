import { Matrix, pseudoInverse, SingularValueDecomposition } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import {
  fromOrthonormal,
  singularValues,
  transposeToPseudoInverse,
} from '../../../../src/main/engine/spectra/singularValues'
import { randomStream } from '../../../../src/main/engine/training/random'

function randomMatrix(rows: number, columns: number): Float32Array {
  const random = randomStream(rows, columns)
  return new Float32Array(rows * columns).map(() => random.normal() / 3)
}

describe('singular values', () => {
  it.each([
    [30, 12],
    [12, 30],
    [9, 9],
    [5, 1],
    [1, 1],
  ])('are those of a decomposition of %i × %i', (rows, columns) => {
    const values = randomMatrix(rows, columns)
    const matrix = Matrix.from1DArray(rows, columns, values)
    const expected = new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal
    const found = singularValues(values, rows, columns)
    expect(found.length).toBe(Math.min(rows, columns))
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
  })

  it('are 0 where columns repeat one another or are empty', () => {
    const values = Float32Array.from([1, 1, 0, 2, 2, 0, 3, 3, 0])
    const [first, ...others] = singularValues(values, 3, 3)
    expect(first).toBeCloseTo(Math.sqrt(28), 6)
    others.forEach((value) => expect(value).toBeCloseTo(0, 6))
  })
})

describe('how near the transpose is to the pseudo-inverse', () => {
  it('is what the two matrices say', () => {
    const [rows, columns] = [20, 7]
    const values = randomMatrix(rows, columns)
    const matrix = Matrix.from1DArray(rows, columns, values)
    const difference = Matrix.sub(matrix.transpose(), pseudoInverse(matrix))
    const singular = singularValues(values, rows, columns)
    expect(transposeToPseudoInverse(singular)).toBeCloseTo(difference.norm('frobenius'), 5)
    const gram = Matrix.sub(matrix.transpose().mmul(matrix), Matrix.eye(columns))
    expect(fromOrthonormal(singular, columns)).toBeCloseTo(gram.norm('frobenius'), 5)
  })

  it('is 0 for orthonormal columns', () => {
    const singular = singularValues(Float32Array.from([0.6, -0.8, 0.8, 0.6, 0, 0]), 3, 2)
    expect(transposeToPseudoInverse(singular)).toBeCloseTo(0, 6)
    expect(fromOrthonormal(singular, 2)).toBeCloseTo(0, 6)
  })
})
