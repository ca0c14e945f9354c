import { rowSpec } from '../../../shared/ratings'
import { biasOf, encoderKernel } from '../models/autoencoder'
import type { AutorecMember } from './autorecModel'
import { alternateLeastSquares } from './leastSquares'
import { type Ratings, sparseRows } from './ratings'

export interface LinearChoice {
  readonly rank: number
  readonly penalty: number
}

/** Measurements of low rank need few factors and a weak penalty: these ranks are tried until it gets worse twice. */
const ranks = [1, 2, 3, 4, 5, 6, 8, 10, 13, 16]
const weakPenalty = 1
/** Ratings as people give them are noise for the most part, and need a strong penalty. */
const strong: readonly LinearChoice[] = [
  { rank: 16, penalty: 5 },
  { rank: 16, penalty: 10 },
]
/** Of more ratings than this one choice is tried alone. */
const many = 1_000_000

const sweepsFor = (ratings: number) => (ratings > many ? 4 : 12)

/**
 * A linear autoencoder of items whose codes are not guessed by the encoder but found by least squares: an item's code is what
 * explains its known ratings best. It is what a matrix of low rank needs, and beside the other one it is worth a share.
 *
 * @param rest what the biases leave of the ratings
 */
export function fitLinearMember(
  known: Ratings,
  rest: Float32Array,
  { rank, penalty }: LinearChoice,
  seed: number,
  onSweep: () => void,
): Omit<AutorecMember, 'weight'> {
  const [byItem, byUser] = [sparseRows(known, 'items', rest), sparseRows(known, 'users', rest)]
  const sweeps = sweepsFor(rest.length)
  const { rows, columns } = alternateLeastSquares(byItem, byUser, { rank, penalty, sweeps, seed, onSweep })
  const encoder = [{ type: 'dense' as const, units: rank, activation: 'linear' as const }]
  const spec = rowSpec(known.userCount, { encoder, tying: 'tied', seed })
  const values = {
    [encoderKernel(0)]: columns,
    [biasOf('encoder', 0)]: new Float32Array(rank),
    [biasOf('decoder', 0)]: new Float32Array(known.userCount),
  }
  const name = 'linear' as const
  return {
    ...{ name, side: 'items' as const, spec, values, features: rows, codes: rows, offset: 0 },
    penalty: penalty / rest.length,
  }
}

/** The choice whose error on held-out ratings is least, with what it came to. */
export function bestLinearMember(
  known: Ratings,
  rest: Float32Array,
  seed: number,
  errorOf: (member: Omit<AutorecMember, 'weight'>) => number,
  onSweep: () => void,
): { choice: LinearChoice; member: Omit<AutorecMember, 'weight'>; rmse: number } {
  const attempt = (choice: LinearChoice) => {
    const member = fitLinearMember(known, rest, choice, seed, onSweep)
    return { choice, member, rmse: errorOf(member) }
  }
  let best = attempt(strong.at(-1)!)
  if (rest.length > many) return best
  const others = strong.slice(0, -1).map(attempt)
  let lowest = Infinity
  for (const [i, rank] of ranks.entries()) {
    const tried = attempt({ rank, penalty: weakPenalty })
    others.push(tried)
    if (i > 1 && tried.rmse > lowest && others.at(-2)!.rmse > lowest) break
    lowest = Math.min(lowest, tried.rmse)
  }
  for (const one of others) if (one.rmse < best.rmse) best = one
  // With less noise a weaker penalty is better still, at the same rank.
  for (let penalty = 0.3; best.choice.penalty < 4; penalty *= 0.3) {
    const weaker = attempt({ ...best.choice, penalty })
    if (weaker.rmse >= best.rmse) break
    best = weaker
  }
  return best
}
