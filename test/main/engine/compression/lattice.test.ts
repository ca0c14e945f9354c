import { expect, it } from 'vitest'
import { priorBits } from '../../../../src/main/engine/compression/codeModel'
import { bitsOf } from '../../../../src/main/engine/compression/codeModel'
import { leastSquaresStep, type Quadratic, roundPlace } from '../../../../src/main/engine/compression/lattice'
import { randomNumbers } from '../../../support/randomNumbers'

const count = 3
const tables = priorBits(Array.from({ length: count }, (_, partner) => ({ zero: 80, goesOn: 120, partner })))

type Curved = Quadratic & { readonly metric: Float64Array }

function problem(seed: number): Curved {
  const random = randomNumbers(seed)
  const root = Array.from({ length: 9 }, () => 2 * random() - 1)
  const metric = new Float64Array(9)
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++)
      for (let k = 0; k < 3; k++) metric[3 * a + b]! += root[3 * k + a]! * root[3 * k + b]!
  for (let k = 0; k < 3; k++) metric[4 * k]! += 0.05
  const vector = (scale: number) => Float64Array.from({ length: 3 }, () => scale * (2 * random() - 1))
  return { count, place: vector(4), metric, pull: vector(0.3) }
}

function costOf({ place, metric, pull }: Curved, q: readonly number[], step: number, lambda: number): number {
  const rest = q.map((n, k) => n * step - place[k]!)
  let cost = 0
  for (let a = 0; a < 3; a++) {
    cost += lambda * bitsOf(tables[a]!, q[a]!) - 2 * pull[a]! * rest[a]!
    for (let b = 0; b < 3; b++) cost += rest[a]! * metric[3 * a + b]! * rest[b]!
  }
  return cost
}

it('rounds to numbers that cost nearly as little as any, and less than plain rounding', () => {
  let chosen = 0
  let best = 0
  let plain = 0
  for (let seed = 0; seed < 40; seed++) {
    const quadratic = problem(seed)
    const step = 1
    const lambda = 0.14
    const into = new Int32Array(count)
    roundPlace(quadratic, { step, lambda, tables }, into)
    const cost = (q: readonly number[]) => costOf(quadratic, q, step, lambda)
    const base = cost([0, 0, 0])
    let least = Infinity
    for (let a = -7; a <= 7; a++)
      for (let b = -7; b <= 7; b++) for (let c = -7; c <= 7; c++) least = Math.min(least, cost([a, b, c]))
    chosen += cost([...into]) - base
    best += least - base
    plain += cost([...quadratic.place].map(Math.round)) - base
  }
  expect(chosen).toBeLessThan(plain)
  expect(chosen / best).toBeGreaterThan(0.97)
})

it('steps to the least error', () => {
  const quadratic = problem(4)
  const step = leastSquaresStep(quadratic, 0)
  const slope = [0, 1, 2].map((a) =>
    [0, 1, 2].reduce((sum, b) => sum + quadratic.metric[3 * a + b]! * step[b]!, -quadratic.pull[a]!),
  )
  for (const value of slope) expect(Math.abs(value)).toBeLessThan(0.02)
})

it('rounds as by the identity where there is no metric', () => {
  const identity = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0))
  for (let seed = 0; seed < 20; seed++) {
    const { place, pull } = problem(seed)
    const rounding = { step: 0.7, lambda: 0.1, tables }
    const [whole, none] = [new Int32Array(count), new Int32Array(count)]
    roundPlace({ count, place, pull, metric: identity }, rounding, whole)
    roundPlace({ count, place, pull, metric: null }, rounding, none)
    expect(none).toEqual(whole)
  }
  const curved = { count, place: new Float64Array(3), pull: Float64Array.of(1, -2, 3), metric: identity }
  const step = leastSquaresStep({ ...curved, metric: null }, 0.5)
  leastSquaresStep(curved, 0.5).forEach((value, i) => expect(step[i]).toBeCloseTo(value, 2))
})
