import { randomStream, shuffle } from '../training/random'
import { type Biases, biasPrediction } from './biases'
import type { Ratings } from './ratings'

export interface Factors {
  readonly mean: number
  readonly factors: number
  /** With the biases: users × factors, items × factors. */
  readonly userBiases: Float64Array
  readonly itemBiases: Float64Array
  readonly users: Float64Array
  readonly items: Float64Array
  /** Whether the time ran out before all passes were made. */
  readonly isCut: boolean
}

/** What ends a piece of work. */
export interface WorkLimits {
  /** Between two parts of it. @throws to end it */
  readonly step?: () => void
  /** On the clock of `performance.now()`: what there is then has to do. */
  readonly until?: number
}

export interface FactorizationOptions {
  readonly factors: number
  readonly epochs: number
  readonly rate: number
  /** Weight of the squared norms. */
  readonly penalty: number
}

/** As usual for a matrix of ratings (Funk 2006; Koren et al. 2009, section "Learning algorithms"). */
export const usualFactorization: FactorizationOptions = {
  factors: 100,
  epochs: 20,
  rate: 0.005,
  penalty: 0.02,
}

/** Beyond so many updates of a factor the baseline takes fewer factors and epochs: it is there to compare with. */
const mostUpdates = 4e8

function affordable(options: FactorizationOptions, ratings: number): FactorizationOptions {
  const over = (options.factors * options.epochs * ratings) / mostUpdates
  if (over <= 1) return options
  const factors = Math.max(8, Math.floor(options.factors / over))
  const epochs = Math.max(3, Math.floor(mostUpdates / (factors * ratings)))
  return { ...options, factors, epochs: Math.min(options.epochs, epochs) }
}

const stepEvery = 10_000

/** rating ≈ mean + b_u + b_i + p_u · q_i, by stochastic gradient descent on each rating in turn, as far as the time goes */
export function factorize(
  ratings: Ratings,
  seed: number,
  asked = usualFactorization,
  { step, until = Infinity }: WorkLimits = {},
): Factors {
  const { users, items, values, userCount, itemCount } = ratings
  const { factors, epochs, rate, penalty } = affordable(asked, values.length)
  const random = randomStream(seed, 0x4d46)
  const draw = (count: number) => Float64Array.from({ length: count * factors }, () => 0.1 * random.normal())
  const mean = values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0
  const model = {
    mean,
    factors,
    users: draw(userCount),
    items: draw(itemCount),
    isCut: false,
    userBiases: new Float64Array(userCount),
    itemBiases: new Float64Array(itemCount),
  }
  const order = Uint32Array.from(values.keys())
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random)
    for (let at = 0; at < order.length; at++) {
      if (at % stepEvery === 0) {
        step?.()
        if (performance.now() > until) return { ...model, isCut: true }
      }
      const k = order[at]!
      learn(model, users[k]!, items[k]!, values[k]!, rate, penalty)
    }
  }
  return model
}

function learn(model: Factors, user: number, item: number, value: number, rate: number, penalty: number) {
  const { factors, users, items, userBiases, itemBiases } = model
  const error = value - factorPrediction(model, user, item)
  userBiases[user]! += rate * (error - penalty * userBiases[user]!)
  itemBiases[item]! += rate * (error - penalty * itemBiases[item]!)
  for (let f = 0, p = user * factors, q = item * factors; f < factors; f++, p++, q++) {
    const [before, other] = [users[p]!, items[q]!]
    users[p] = before + rate * (error * other - penalty * before)
    items[q] = other + rate * (error * before - penalty * other)
  }
}

/** Users and items below 0 are unknown. */
export function factorPrediction(model: Factors, user: number, item: number): number {
  const { mean, factors, users, items, userBiases, itemBiases } = model
  let sum = mean + (user < 0 ? 0 : userBiases[user]!) + (item < 0 ? 0 : itemBiases[item]!)
  if (user < 0 || item < 0) return sum
  for (let f = 0, p = user * factors, q = item * factors; f < factors; f++, p++, q++)
    sum += users[p]! * items[q]!
  return sum
}

export interface BaselineErrors {
  readonly mean: ErrorFigures
  readonly bias: ErrorFigures
  readonly factorization: ErrorFigures
  /** Whether the time ran out before the factorisation had come to rest. */
  readonly isCut?: boolean
}

export interface ErrorFigures {
  readonly rmse: number
  readonly mae: number
}

/** Root mean squared and mean absolute error. @param predict of the k-th rating, before it is brought into the range */
export function errorFigures(
  values: Float32Array,
  range: { readonly low: number; readonly high: number },
  predict: (place: number) => number,
): ErrorFigures {
  let [squares, absolutes] = [0, 0]
  for (let k = 0; k < values.length; k++) {
    const error = Math.min(range.high, Math.max(range.low, predict(k))) - values[k]!
    squares += error * error
    absolutes += Math.abs(error)
  }
  return { rmse: Math.sqrt(squares / values.length), mae: absolutes / values.length }
}

/** What can be had without an autoencoder, learned from `known`, measured on `asked`. */
export function baselineErrors(
  known: Ratings,
  asked: Pick<Ratings, 'users' | 'items' | 'values'>,
  biases: Biases,
  range: { readonly low: number; readonly high: number },
  seed: number,
  limits: WorkLimits = {},
): BaselineErrors {
  // The usual steps are for stars from one to five: with the number of plays they would go astray.
  const unit = (range.high - range.low) / 4 || 1
  const scaled = unit === 1 ? known : { ...known, values: known.values.map((value) => value / unit) }
  const factors = factorize(scaled, seed, usualFactorization, limits)
  const { users, items, values } = asked
  return {
    mean: errorFigures(values, range, () => biases.mean),
    bias: errorFigures(values, range, (k) => biasPrediction(biases, users[k]!, items[k]!)),
    factorization: errorFigures(values, range, (k) => unit * factorPrediction(factors, users[k]!, items[k]!)),
    ...(factors.isCut && { isCut: true }),
  }
}
