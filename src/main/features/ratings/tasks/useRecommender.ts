import {
  lastLayer,
  nearestRows,
  predictForNew,
  predictor,
  ratedItems,
} from '../../../engine/ratings/autorecModel'
import { codeSize } from '../../../../shared/modelSpec'
import { baselineErrors, errorFigures } from '../../../engine/ratings/factorization'
import { largest } from '../../../engine/ratings/ranking'
import type { Ratings } from '../../../engine/ratings/ratings'
import { readRatingsInfo, readTriples } from '../ratingsFiles'
import { readRecommender } from '../recommenderFiles'
import type { RatingsTasks } from './ratingsTasks'

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
}: RatingsTasks['evaluateRatings']['params']): Promise<RatingsTasks['evaluateRatings']['result']> {
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
}: RatingsTasks['recommend']['params']): Promise<RatingsTasks['recommend']['result']> {
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
}: RatingsTasks['ratingCodes']['params']): Promise<RatingsTasks['ratingCodes']['result']> {
  const { model } = await open(folder)
  const member = model.members.find((one) => one.side === side)
  if (member) return { codes: member.codes, dimensions: codeSize(member.spec) }
  const { kernel, width } = lastLayer(model.members[0]!)
  return { codes: kernel, dimensions: width }
}
