import { describe, expect, it } from 'vitest'
import { blendWeights } from '../../../../src/main/engine/ratings/autorecModel'
import { biasOfRatings, biasPrediction, fitBiases } from '../../../../src/main/engine/ratings/biases'
import { errorFigures, factorize, factorPrediction } from '../../../../src/main/engine/ratings/factorization'
import { largest, rankingOf } from '../../../../src/main/engine/ratings/ranking'
import { type Ratings, sparseRows } from '../../../../src/main/engine/ratings/ratings'
import { ridge } from '../../../../src/main/engine/ratings/ridge'
import { splitRatings } from '../../../../src/main/engine/ratings/splitRatings'

/** user, item, rating, time */
const triples = [
  [0, 0, 5, 10],
  [0, 1, 3, 30],
  [1, 0, 4, 20],
  [1, 2, 2, 40],
  [2, 1, 1, 50],
] as const
const ratings: Ratings = {
  ...{ userCount: 3, itemCount: 3, users: Int32Array.from(triples, ([user]) => user) },
  ...{
    items: Int32Array.from(triples, ([, item]) => item),
    values: Float32Array.from(triples, ([, , value]) => value),
  },
  times: Float64Array.from(triples, ([, , , time]) => time),
}

describe('sparseRows', () => {
  it('sorts ratings by rows of either side', () => {
    const { starts, columnOf, values } = sparseRows(ratings, 'items', ratings.values)
    expect([...starts]).toEqual([0, 2, 4, 5])
    expect([...columnOf]).toEqual([0, 1, 0, 2, 1])
    expect([...values]).toEqual([5, 4, 3, 1, 2])
    expect([...sparseRows(ratings, 'users', ratings.values).starts]).toEqual([0, 2, 4, 5])
  })
})

describe('biases', () => {
  it('draw users and items with few ratings to the mean', () => {
    const biases = fitBiases(ratings)
    expect(biases.mean).toBe(3)
    // One rating that is 2 below the rest, of an item: −2 / (3 + 1) at most, less what the user is blamed for.
    expect(biases.items[2]).toBeGreaterThan(-0.5)
    expect(biases.items[2]).toBeLessThan(-0.1)
    expect(biasPrediction(biases, -1, -1)).toBe(3)
    expect(biasOfRatings({ ...biases, items: new Float32Array(3) }, [0, 1], [5, 5])).toBeCloseTo(4 / 7)
  })
})

describe('figures', () => {
  it('are of predictions within the range', () => {
    const { rmse, mae } = errorFigures(Float32Array.of(5, 1), { low: 1, high: 5 }, (k) => (k === 0 ? 9 : 3))
    expect(rmse).toBeCloseTo(Math.sqrt(2))
    expect(mae).toBe(1)
  })

  it('rank as Järvelin and Kekäläinen do', () => {
    // Hits at the first and the third place of two liked items: (1 + 1/2) / (1 + 1/log2(3)).
    const figures = rankingOf([7, 1, 8], new Set([7, 8]))!
    expect(figures.ndcg).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)))
    expect(figures.recall).toBe(1)
    expect(rankingOf([1], new Set())).toBeNull()
    expect(largest([1, NaN, 3, 2], 2)).toEqual([2, 3])
  })
})

describe('factorize', () => {
  it('finds what biases cannot say', () => {
    const many = Array.from({ length: 400 }, (_, k) => [k % 20, Math.floor(k / 20)] as const)
    const values = Float32Array.from(many, ([user, item]) => 3 + ((user + item) % 2 ? 1 : -1))
    const parity: Ratings = {
      ...{ userCount: 20, itemCount: 20, times: null, values },
      ...{ users: Int32Array.from(many, ([user]) => user), items: Int32Array.from(many, ([, item]) => item) },
    }
    const model = factorize(parity, 1, { factors: 4, epochs: 200, rate: 0.02, penalty: 0.01 })
    expect(factorPrediction(model, 0, 0)).toBeLessThan(2.5)
    expect(factorPrediction(model, 0, 1)).toBeGreaterThan(3.5)
    expect(factorPrediction(model, -1, 1)).toBeCloseTo(3, 0)
  })
})

describe('ridge', () => {
  it('is the same in both spaces', () => {
    const rows = [Float32Array.of(1, 2), Float32Array.of(0, 1), Float32Array.of(2, 0)]
    // (XᵀX + I)⁻¹Xᵀt with XᵀX = [[5, 2], [2, 5]] and Xᵀt = [7, 4]
    expect([...ridge(rows, [1, 2, 3], 1)].map((one) => one.toFixed(4))).toEqual(['1.0625', '0.3125'])
    const wide = rows.slice(0, 1)
    // One row: t·x / (|x|² + λ)
    expect([...ridge(wide, [6], 1)].map((one) => one.toFixed(6))).toEqual(['1.000000', '2.000000'])
  })

  it('gives a member that is right all, and one that is noise nothing', () => {
    const rest = Float32Array.from({ length: 500 }, (_, k) => Math.sin(k))
    const noise = Float32Array.from({ length: 500 }, (_, k) => Math.cos(7 * k * k))
    const [right, wrong] = blendWeights([rest, noise], rest)
    expect(right).toBeGreaterThan(0.9)
    expect(Math.abs(wrong!)).toBeLessThan(0.1)
  })
})

describe('splitRatings', () => {
  it('holds back a share at random, the latest, or the last of each user', () => {
    const random = splitRatings(ratings, 'random', 0.4, 1)
    expect([...random.train, ...random.held].sort()).toEqual([0, 1, 2, 3, 4])
    expect(random.held).toHaveLength(2)
    expect([...splitRatings(ratings, 'time', 0.4, 1).held]).toEqual([3, 4])
    expect([...splitRatings(ratings, 'leave-one-out', 0.4, 1).held]).toEqual([1, 3])
  })
})
