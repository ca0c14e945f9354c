import { rowSpec } from '../../../shared/ratings'
import { biasOf, encoderKernel } from '../models/autoencoder'
import type { AutorecMember } from './autorecModel'
import { type BayesianFactors, fitBayesianFactors } from './bayesianFactors'
import type { Biases } from './biases'
import { type Ratings, sparseRows } from './ratings'

export interface LinearChoice {
  readonly rank: number
}

export interface Limits {
  /** Between two parts of the work. @throws to end it */
  readonly step: () => void
  /** On the clock of `performance.now()`. */
  readonly until: number
}

export type LinearMember = Omit<AutorecMember, 'weight'>

/** These ranks are tried until it gets worse twice, after the last one that is affordable. */
const ranks = [1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20]
/** Multiplications that all attempts together may take: about a minute. */
const mostWork = 3e10

/** Many ratings settle in fewer sweeps. */
const sweepsFor = (ratings: number) => (ratings > 1_000_000 ? 14 : 60)
const workOf = (rank: number, ratings: number) => ratings * sweepsFor(ratings) * (rank + 1) ** 2

/** Of ranks that are about as good the largest is better beside an autoencoder: a smaller one has to be better by this share. */
const clearly = 0.003

/** What a new user's vector is held to its usual bias by: the number that stands for 1 is large beside what it may vary. */
const firm = 10

/**
 * A linear autoencoder of items whose codes are not guessed by the encoder but inferred: an item's code is what its known ratings
 * say of it, as far as they do. It is what a matrix of low rank needs, and beside the other one it is worth a share. It has biases of
 * its own, found together with the factors, and takes the place of the model's: those mistake factors for biases.
 */
export function fitLinearMember(
  known: Ratings,
  biases: Biases,
  { rank }: LinearChoice,
  seed: number,
  limits: Limits,
): LinearMember {
  return linearMember(known, biases, rank, seed, limits)!
}

/** @returns null where it is optional and the time is too short for this rank */
function linearMember(
  known: Ratings,
  biases: Biases,
  rank: number,
  seed: number,
  { step, until, isOptional }: Limits & { readonly isOptional?: boolean },
): LinearMember | null {
  const values = known.values.map((value) => (value - biases.mean) / biases.scale)
  const [byItem, byUser] = [sparseRows(known, 'items', values), sparseRows(known, 'users', values)]
  const sweeps = sweepsFor(values.length)
  const factors = fitBayesianFactors(byItem, byUser, { rank, sweeps, seed, step, until, isOptional })
  if (!factors) return null
  const { features, kernel } = besideBiases(factors, biases)
  const units = rank + 2
  const encoder = [{ type: 'dense' as const, units, activation: 'linear' as const }]
  const spec = rowSpec(known.userCount, { encoder, tying: 'tied', seed })
  return {
    ...{ name: 'linear', side: 'items', spec, features, codes: features, offset: 0 },
    values: {
      [encoderKernel(0)]: kernel,
      [biasOf('encoder', 0)]: new Float32Array(units),
      [biasOf('decoder', 0)]: new Float32Array(known.userCount),
    },
    penalty: factors.noise / values.length,
  }
}

/**
 * Both sides as vectors whose products are what the model's biases leave: [factors, item's bias, 1] · [factors, 1, user's bias].
 * They are scaled so that a user's numbers vary by 1, for ridge regression has one penalty for all of them.
 */
function besideBiases({ rank, rows, columns }: BayesianFactors, biases: Biases) {
  const [size, units] = [rank + 1, rank + 2]
  const spread = Float64Array.from(columns.variances, Math.sqrt)
  const side = (
    means: Float32Array,
    base: Float32Array,
    scales: { factors: (f: number) => number; own: number; one: number },
    [ownAt, oneAt]: readonly [number, number],
  ) => {
    const vectors = new Float32Array(base.length * units)
    for (let i = 0; i < base.length; i++) {
      for (let f = 0; f < rank; f++) vectors[i * units + f] = means[i * size + f]! * scales.factors(f)
      vectors[i * units + ownAt] = (means[i * size + rank]! - base[i]! / biases.scale) * scales.own
      vectors[i * units + oneAt] = scales.one
    }
    return vectors
  }
  const last = spread[rank]!
  const features = side(rows.means, biases.items, { factors: (f) => spread[f]!, own: 1 / firm, one: last }, [
    rank,
    rank + 1,
  ])
  const kernel = side(
    columns.means,
    biases.users,
    { factors: (f) => 1 / spread[f]!, own: 1 / last, one: firm },
    [rank + 1, rank],
  )
  return { features, kernel }
}

/** The choice whose error on held-out ratings is least, with what it came to. Null where the time is too short for any. */
export function bestLinearMember(
  known: Ratings,
  biases: Biases,
  seed: number,
  errorOf: (member: LinearMember) => number,
  limits: Limits,
): { choice: LinearChoice; member: LinearMember; rmse: number } | null {
  const ratings = known.values.length
  let work = 0
  const attempt = (rank: number, isOptional: boolean) => {
    work += workOf(rank, ratings)
    const member = linearMember(known, biases, rank, seed, { ...limits, isOptional })
    return member && { choice: { rank }, member, rmse: errorOf(member) }
  }
  const affordable = ranks.findLastIndex((rank) => workOf(rank, ratings) <= mostWork / 3)
  let largest = ranks[Math.max(0, affordable)]!
  let full = performance.now() < limits.until ? attempt(largest, true) : null
  while (!full) {
    // Half the rank takes a quarter of the time.
    if (largest === 1 || performance.now() > limits.until) return null
    largest = ranks.findLast((rank) => rank <= largest / 2) ?? 1
    full = attempt(largest, true)
  }
  let best: ReturnType<typeof attempt> = null
  let [lowest, worse] = [Infinity, 0]
  for (const rank of ranks) {
    if (rank >= largest || worse === 2 || work + workOf(rank, ratings) > mostWork) break
    if (performance.now() > limits.until) break
    const tried = attempt(rank, true)
    if (!tried) break
    worse = tried.rmse > lowest ? worse + 1 : 0
    lowest = Math.min(lowest, tried.rmse)
    if (tried.rmse < (1 - clearly) * full.rmse && tried.rmse < (best?.rmse ?? Infinity)) best = tried
  }
  return best ?? full
}
