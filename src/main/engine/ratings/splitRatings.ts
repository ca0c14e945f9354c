import { randomStream, shuffle, streams } from '../training/random'
import type { Ratings } from './ratings'

/**
 * - `random`: a share of all ratings
 * - `time`: the latest share
 * - `leave-one-out`: the latest rating of each user who has two at least; without times one at random
 */
export const ratingSplits = ['random', 'time', 'leave-one-out'] as const
export type RatingSplit = (typeof ratingSplits)[number]

export interface SplitPlaces {
  readonly train: Uint32Array
  readonly held: Uint32Array
}

/** Places in the ratings, each on one side. */
export function splitRatings(ratings: Ratings, split: RatingSplit, share: number, seed: number): SplitPlaces {
  const { values, times } = ratings
  const random = randomStream(seed, streams.split, values.length)
  const order = shuffle(Uint32Array.from(values.keys()), random)
  if (split === 'leave-one-out') return leaveOneOut(ratings, order)
  // The order before is random: ratings of the same second are held back by chance and not by their place in the file.
  if (split === 'time' && times) order.sort((a, b) => times[a]! - times[b]!)
  const held = Math.min(values.length - 1, Math.max(1, Math.round(values.length * share)))
  return {
    train: order.slice(0, values.length - held).sort(),
    held: order.slice(values.length - held).sort(),
  }
}

function leaveOneOut({ users, times, userCount }: Ratings, order: Uint32Array): SplitPlaces {
  const last = new Int32Array(userCount).fill(-1)
  const counts = new Int32Array(userCount)
  for (const place of order) {
    const user = users[place]!
    counts[user]!++
    if (last[user]! < 0 || (times && times[place]! > times[last[user]!]!)) last[user] = place
  }
  const isHeld = (place: number) => last[users[place]!] === place && counts[users[place]!]! > 1
  return { train: order.filter((place) => !isHeld(place)).sort(), held: order.filter(isHeld).sort() }
}
