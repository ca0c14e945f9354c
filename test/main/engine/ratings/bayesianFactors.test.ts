import { inverse, Matrix } from 'ml-matrix'
import { expect, it } from 'vitest'
import { fitBayesianFactors } from '../../../../src/main/engine/ratings/bayesianFactors'
import { invertInPlace } from '../../../../src/main/engine/ratings/invertInPlace'
import { type Ratings, sparseRows } from '../../../../src/main/engine/ratings/ratings'
import { randomStream } from '../../../../src/main/engine/training/random'

it('inverts as a library does', () => {
  const random = randomStream(3)
  const size = 5
  const root = Matrix.rand(size, size, { random: () => random.normal() })
  const matrix = root.mmul(root.transpose()).add(Matrix.eye(size))
  const own = Float64Array.from(matrix.to1DArray())
  // What is above the diagonal is not read.
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) own[i * size + j] = NaN
  invertInPlace(own, size)
  inverse(matrix)
    .to1DArray()
    .forEach((value, k) => expect(own[k]).toBeCloseTo(value, 10))
})

/** Three tenths of a matrix of rank 2 with noise, and the truth of the rest. */
function lowRank(userCount: number, itemCount: number, noise: number) {
  const random = randomStream(8)
  const draw = (count: number) => Float64Array.from({ length: 2 * count }, () => random.normal())
  const [users, items] = [draw(userCount), draw(itemCount)]
  const truth = (user: number, item: number) =>
    users[2 * user]! * items[2 * item]! + users[2 * user + 1]! * items[2 * item + 1]! + (user % 3) / 2
  const known: [number, number, number][] = []
  const asked: [number, number][] = []
  for (let user = 0; user < userCount; user++)
    for (let item = 0; item < itemCount; item++)
      if (random.uniform() < 0.3) known.push([user, item, truth(user, item) + noise * random.normal()])
      else asked.push([user, item])
  const ratings: Ratings = {
    ...{ userCount, itemCount, times: null, values: Float32Array.from(known, ([, , value]) => value) },
    ...{ users: Int32Array.from(known, ([user]) => user), items: Int32Array.from(known, ([, item]) => item) },
  }
  return { ratings, truth, asked }
}

it.each([2, 6])('finds a matrix of rank 2, its biases and its noise with %i factors', (rank) => {
  const noise = 0.5
  const { ratings, truth, asked } = lowRank(150, 120, noise)
  const { values } = ratings
  const [rows, columns] = (['items', 'users'] as const).map((side) => sparseRows(ratings, side, values))
  const fitted = fitBayesianFactors(rows!, columns!, { rank, sweeps: 80, seed: 1 })!
  expect(Math.sqrt(fitted.noise)).toBeCloseTo(noise, 1)
  const size = rank + 1
  const { rows: items, columns: users } = fitted
  let squares = 0
  for (const [user, item] of asked) {
    let value = items.means[item * size + rank]! + users.means[user * size + rank]!
    for (let f = 0; f < rank; f++) value += items.means[item * size + f]! * users.means[user * size + f]!
    squares += (value - truth(user, item)) ** 2
  }
  // With so many values for each number, theory leaves an error of noise · √(numbers / values).
  const floor = noise * Math.sqrt((3 * (150 + 120)) / values.length)
  expect(Math.sqrt(squares / asked.length)).toBeLessThan(1.3 * floor)
  if (rank === 2) return
  // Factors that are not needed go out.
  const needed = Array.from({ length: rank }, (_, f) => items.variances[f]! * users.variances[f]!)
  expect(needed.filter((product) => product > 0.05)).toHaveLength(2)
})
