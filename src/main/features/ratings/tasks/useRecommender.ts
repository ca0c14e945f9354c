import {
  lastLayer,
  nearestRows,
  predictForNew,
  predictor,
  ratedItems,
} from '../../../engine/ratings/autorecModel'
import { codeSize } from '../../../../shared/modelSpec'
import {
  baselineErrors,
  type BaselineErrors,
  errorFigures,
  type ErrorFigures,
} from '../../../engine/ratings/factorization'
import { largest } from '../../../engine/ratings/ranking'
import type { Ratings } from '../../../engine/ratings/ratings'
import { readRatingsInfo, readTriples } from '../../../store/ratingsFiles'
import { readRecommender } from '../recommenderFiles'

interface Tasks {
  /** How far predictions are from ratings. Users and items below 0 are unknown. */
  evaluateRatings: {
    params: {
      readonly folder: string
      readonly users: Int32Array
      readonly items: Int32Array
      readonly values: Float32Array
    }
    result: ErrorFigures & { readonly baselines: BaselineErrors }
    event: never
  }
  /** The items with the highest expected rating that somebody has not rated: a known user, or ratings of somebody new. */
  recommend: {
    params: {
      readonly folder: string
      readonly user: number | null
      readonly rated: { readonly items: readonly number[]; readonly values: readonly number[] } | null
      readonly top: number
    }
    result: {
      /** How many ratings of theirs it goes by. */
      readonly rated: number
      readonly list: readonly {
        readonly item: number
        readonly rating: number
        /** Of all users. */
        readonly ratings: number
        /** The nearest items in the space of codes. */
        readonly near: readonly number[]
      }[]
    }
    event: never
  }
  /**
   * The codes of the items or the users, by an autoencoder that has them as its rows; else the vectors by which the last layer
   * makes a rating of each out of what it reads.
   */
  ratingCodes: {
    params: { readonly folder: string; readonly side: 'items' | 'users' }
    result: { readonly codes: Float32Array; readonly dimensions: number }
    event: never
  }
}

/** Nearest items beside each one that is recommended. */
const neighbours = 3

async function open(folder: string) {
  const info = await readRatingsInfo(folder)
  const model = await readRecommender(folder, info)
  const ratings: Ratings = { userCount: info.users, itemCount: info.items, ...(await readTriples(folder)) }
  return { info, model, ratings }
}

export async function evaluateRatings({
  folder,
  users,
  items,
  values,
}: Tasks['evaluateRatings']['params']): Promise<Tasks['evaluateRatings']['result']> {
  const { info, model, ratings } = await open(folder)
  const predict = predictor(model)
  const asked = { users, items, values }
  return {
    ...errorFigures(values, info.range, (k) => predict(users[k]!, items[k]!)),
    baselines: baselineErrors(ratings, asked, model.biases, info.range, info.model!.seed),
  }
}

export async function recommend({
  folder,
  user,
  rated,
  top,
}: Tasks['recommend']['params']): Promise<Tasks['recommend']['result']> {
  const { info, model, ratings } = await open(folder)
  const known = user === null ? rated! : ratedItems(ratings, user)
  const predict = predictor(model)
  const expected =
    user === null
      ? predictForNew(model, known, info.ratings)
      : Float32Array.from({ length: info.items }, (_, item) => predict(user, item))
  const seen = new Set(known.items)
  const chosen = largest(
    expected.map((value, item) => (seen.has(item) ? NaN : value)),
    top,
  )
  const counts = new Int32Array(info.items)
  for (const item of ratings.items) counts[item]!++
  // Codes of items are the rows' of an autoencoder of items; without one there is no such space.
  const ofItems = model.members.find(({ side }) => side === 'items')
  const near = (item: number) =>
    ofItems ? nearestRows(ofItems.codes, codeSize(ofItems.spec), item, neighbours).map(({ row }) => row) : []
  return {
    rated: known.items.length,
    list: chosen.map((item) => ({ item, rating: expected[item]!, ratings: counts[item]!, near: near(item) })),
  }
}

/** Codes of all items or all users, rows × dimensions. */
export async function ratingCodes({
  folder,
  side,
}: Tasks['ratingCodes']['params']): Promise<Tasks['ratingCodes']['result']> {
  const { model } = await open(folder)
  const member = model.members.find((one) => one.side === side)
  if (member) return { codes: member.codes, dimensions: codeSize(member.spec) }
  const { kernel, width } = lastLayer(model.members[0]!)
  return { codes: kernel, dimensions: width }
}
