import type { Ratings } from './ratings'

/** What a rating is by its user and its item alone: mean + user's bias + item's bias. */
export interface Biases {
  readonly mean: number
  readonly users: Float32Array
  readonly items: Float32Array
  /** The standard deviation of what they leave: networks learn that in units of it. */
  readonly scale: number
}

/** Few ratings say little: biases are drawn to 0 as by so many ratings of the mean (Koren 2010, section 2.1). */
const shrinkUsers = 5
const shrinkItems = 3
const passes = 12
/** Passes that are made even where the time is short: the rest changes little. */
const fewestPasses = 3

/** The biases that fit best, found by turns. @param until on the clock of `performance.now()` */
export function fitBiases({ users, items, values, userCount, itemCount }: Ratings, until = Infinity): Biases {
  let sum = 0
  for (const value of values) sum += value
  const mean = values.length ? sum / values.length : 0
  const biases = { mean, users: new Float32Array(userCount), items: new Float32Array(itemCount), scale: 1 }
  for (let pass = 0; pass < passes; pass++) {
    if (pass >= fewestPasses && performance.now() > until) break
    fitSide(biases.items, items, shrinkItems, (k) => values[k]! - mean - biases.users[users[k]!]!)
    fitSide(biases.users, users, shrinkUsers, (k) => values[k]! - mean - biases.items[items[k]!]!)
  }
  const rest = residualsOf({ users, items, values }, biases)
  const squares = rest.reduce((sum, value) => sum + value * value, 0)
  return { ...biases, scale: Math.sqrt(squares / Math.max(1, rest.length)) || 1 }
}

/** bias = Σ residuals / (shrinkage + their number) */
function fitSide(
  biases: Float32Array,
  of: Int32Array,
  shrinkage: number,
  residual: (place: number) => number,
): void {
  const sums = new Float64Array(biases.length)
  const counts = new Int32Array(biases.length)
  for (let k = 0; k < of.length; k++) {
    sums[of[k]!]! += residual(k)
    counts[of[k]!]!++
  }
  for (let i = 0; i < biases.length; i++) biases[i] = sums[i]! / (shrinkage + counts[i]!)
}

/** The bias of one user who is none of those, from ratings of known items. */
export function biasOfRatings(biases: Biases, items: ArrayLike<number>, values: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < items.length; k++) sum += values[k]! - biases.mean - biases.items[items[k]!]!
  return sum / (shrinkUsers + items.length)
}

/** Users and items below 0 are unknown, and count as the mean ones. */
export const biasPrediction = ({ mean, users, items }: Biases, user: number, item: number): number =>
  mean + (user < 0 ? 0 : users[user]!) + (item < 0 ? 0 : items[item]!)

/** What the biases leave of each rating, in units of their scale. */
export function residualsOf(
  { users, items, values }: Pick<Ratings, 'users' | 'items' | 'values'>,
  biases: Biases,
): Float32Array {
  return values.map((value, k) => (value - biasPrediction(biases, users[k]!, items[k]!)) / biases.scale)
}
