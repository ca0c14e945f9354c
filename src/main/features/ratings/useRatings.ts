import { resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ComputeClient } from '../../worker/computeClient'
import { type RatingNames, readNames, readRatingsInfo } from '../../store/ratingsFiles'
import { readRatings } from './readRatings'

export interface RatingsWork {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
}

const numbered = (names: readonly string[]) => new Map(names.map((name, i) => [name, i]))

const knownNames = ({ users, items }: RatingNames) => ({ users: numbered(users), items: numbered(items) })

/** Predicts the ratings of a file from those that a model was trained on, and says how far off it is. */
export async function evaluateOnRatings(model: string, file: string, { client, signal }: RatingsWork) {
  const folder = resolve(model)
  await checkTrained(folder)
  const names = await readNames(folder)
  const { users, items, values } = await readRatings(resolve(file), { signal, known: knownNames(names) })
  const unknown = { users: 0, items: 0, ratings: 0 }
  users.forEach((user, k) => {
    if (user < 0) unknown.users++
    if (items[k]! < 0) unknown.items++
    if (user < 0 || items[k]! < 0) unknown.ratings++
  })
  const figures = await client.call('evaluateRatings', { folder, users, items, values }, { signal })
  return { ...figures, count: values.length, unknown }
}

export interface RecommendRequest {
  readonly model: string
  readonly top: number
  /** As the file of ratings calls them. */
  readonly user?: string | undefined
  /** A file with ratings of somebody new: item and rating on each line. */
  readonly file?: string | undefined
  /** The same as pairs, of items by name. */
  readonly rated?: readonly { readonly item: string; readonly rating: number }[] | undefined
}

export interface Recommendation {
  readonly item: string
  /** What people call it, where the titles were given. */
  readonly title: string | null
  readonly rating: number
  readonly ratings: number
  readonly near: readonly string[]
  readonly nearTitles: readonly (string | null)[]
}

export interface Recommendations {
  /** Ratings that the list goes by, and those of items that the model does not know. */
  readonly rated: number
  readonly unknown: number
  readonly list: readonly Recommendation[]
}

/** @throws ExpectedError for a user that the model does not know */
export async function recommendItems(
  { model, top, user, file, rated }: RecommendRequest,
  { client, signal }: RatingsWork,
): Promise<Recommendations> {
  const folder = resolve(model)
  await checkTrained(folder)
  const names = await readNames(folder)
  const own =
    user === undefined ? await newRatings(names, file, rated) : { items: [], values: [], unknown: 0 }
  const number = user === undefined ? null : userNumber(names, user)
  const { list, rated: count } = await client.call(
    'recommend',
    { folder, user: number, rated: number === null ? own : null, top },
    { signal },
  )
  return {
    rated: count,
    unknown: own.unknown,
    list: list.map(({ item, near, ...figures }) => ({
      item: names.items[item]!,
      title: titleOf(names, item),
      ...figures,
      near: near.map((one) => names.items[one]!),
      nearTitles: near.map((one) => titleOf(names, one)),
    })),
  }
}

export const titleOf = ({ titles }: RatingNames, item: number): string | null => titles?.[item] || null

function userNumber({ users }: RatingNames, user: string): number {
  const number = users.indexOf(user)
  if (number >= 0) return number
  throw new ExpectedError(
    'not-found',
    sentence('ratings.noSuchUser', {
      user: user.slice(0, 80),
      count: users.length,
      users: users.slice(0, 3).join(', '),
    }),
  )
}

async function newRatings(
  names: RatingNames,
  file: string | undefined,
  given: RecommendRequest['rated'],
): Promise<{ items: number[]; values: number[]; unknown: number }> {
  const known = knownNames(names)
  const pairs =
    file === undefined
      ? (given ?? []).map(({ item, rating }) => ({ item: known.items.get(item) ?? -1, rating }))
      : await pairsOf(file, known)
  const found = pairs.filter(({ item }) => item >= 0)
  if (pairs.length > 0 && found.length === 0)
    throw new ExpectedError(
      'bad-input',
      sentence('ratings.modelKnowsNoneItems', { names: names.items.slice(0, 3).join(', ') }),
    )
  return {
    items: found.map(({ item }) => item),
    values: found.map(({ rating }) => rating),
    unknown: pairs.length - found.length,
  }
}

async function pairsOf(file: string, known: ReturnType<typeof knownNames>) {
  const { items, values } = await readRatings(resolve(file), { known, ofOnePerson: true })
  return Array.from(items, (item, k) => ({ item, rating: values[k]! }))
}

export async function checkTrained(folder: string): Promise<void> {
  const { model } = await readRatingsInfo(folder)
  if (!model) throw new ExpectedError('not-found', sentence('ratings.notTrained', { folder }))
}
