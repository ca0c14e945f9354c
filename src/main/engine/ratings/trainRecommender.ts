import { countTrained } from '../../../shared/modelSpec'
import type { Runtime } from '../runtimes/runtime'
import {
  type AutorecMember,
  type AutorecModel,
  blendWeights,
  lastLayer,
  memberResidual,
  predictor,
} from './autorecModel'
import { biasPrediction, residualsOf } from './biases'
import { type BaselineErrors, type ErrorFigures, errorFigures } from './factorization'
import {
  type Learned,
  learnMembers,
  type RecommenderObserver,
  type Stage,
  type StagePoint,
} from './learnMembers'
import type { LinearChoice } from './linearMember'
import { largest, meanRanking, type RankingFigures, rankingOf } from './ranking'
import { pickRatings, type Ratings, ratingRange } from './ratings'
import type { MemberPlan } from './recommenderPlan'
import { type RatingSplit, splitRatings } from './splitRatings'

export interface RecommenderOptions {
  readonly runtime: Runtime
  readonly device: string
  readonly seed: number
  /** Share of the ratings that is held back to measure on and to find the members' shares with; 0 holds back none. */
  readonly heldShare: number
  readonly split: RatingSplit
  /** Whether a linear autoencoder with fitted codes gets a share. */
  readonly linear: boolean
  /** Time for all of it. */
  readonly budgetMs: number
}

/** Where a training stands, with all that it takes to go on with the same ratings, plans and options. */
export interface TrainingPoint extends StagePoint {
  /** Time that it has taken so far. */
  readonly elapsedMs: number
  /** What the first stage came to, in the second. */
  readonly outcome: Outcome | null
}

/** What the first of two stages is for. */
export interface Outcome {
  readonly measured: NonNullable<TrainedRecommender['measured']>
  readonly weights: readonly number[]
  readonly epochs: readonly number[]
  readonly rmse: readonly (number | null)[]
  readonly linear: LinearChoice | null
}

export interface TrainingObserver extends Omit<RecommenderObserver, 'save'> {
  save(point: TrainingPoint): Promise<void>
}

export interface TrainedRecommender {
  readonly model: AutorecModel
  readonly measured:
    (ErrorFigures & { held: number; baselines: BaselineErrors; ranking: RankingFigures | null }) | null
  readonly members: readonly { epochs: number; parameters: number; rmse: number | null }[]
  /** Whether the members have learned from the held-out ratings too, after they were measured without. */
  readonly onAll: boolean
  readonly valuesPerSecond: number
}

/** Of the time, what may go into the first stage where a second one follows. */
const measuringShare = 0.45
/** The rest goes into what comes after: shares of the members, lists that are ranked, files. */
const wholeShare = 0.93
/** More ratings than this are not learned twice: what was held back of so many is no loss. */
const mostTwice = 2_000_000
/** Of the time, what lists may take after a stage. */
const rankingShare = 0.04
/** The second stage does not begin where less of the time is left than this share of what the first one took. */
const againShare = 0.75
/** Users whose lists are ranked; fewer where the time is over. */
const [mostRanked, fewestRanked] = [500, 20]

const beginning = (stage: StagePoint['stage']): StagePoint => ({
  ...{ stage, baselines: null, done: [], current: null },
})

/**
 * Trains a recommender in two stages. The first learns from what is not held back: that gives honest figures, and the members'
 * shares. The second learns from all ratings in as many epochs.
 *
 * @param from where it was interrupted @throws CancelledError after saving
 */
export async function trainRecommender(
  ratings: Ratings,
  plans: readonly MemberPlan[],
  options: RecommenderOptions,
  observer: TrainingObserver,
  from: TrainingPoint | null = null,
): Promise<TrainedRecommender> {
  const startedAt = performance.now() - (from?.elapsedMs ?? 0)
  const { heldShare, budgetMs } = options
  const saving = (outcome: Outcome | null): RecommenderObserver => ({
    step: () => observer.step(),
    epochEnded: (progress) => observer.epochEnded(progress),
    baselines: (baselines) => observer.baselines(baselines),
    save: (point) => observer.save({ ...point, elapsedMs: performance.now() - startedAt, outcome }),
  })
  const end = startedAt + budgetMs * wholeShare
  const holds = heldShare > 0 && ratings.values.length >= 20
  if (!holds) {
    const stage = { held: null, until: end, linear: null, from: from ?? beginning('final') }
    const all = await learnMembers(ratings, plans, options, { observer: saving(null), ...stage })
    const members = all.members.map((member) => ({ ...member, weight: 1 / all.members.length }))
    return { ...finished(all, members, ratingRange(ratings)), measured: null, onAll: true }
  }
  const twice = ratings.values.length <= mostTwice
  const until = startedAt + budgetMs * (twice ? measuringShare : wholeShare)
  const firstAt = performance.now()
  const first =
    from?.outcome == null
      ? await measure(ratings, plans, options, { observer: saving(null), until, from })
      : { outcome: from.outcome, result: null }
  const { outcome } = first
  const now = performance.now()
  const isShort = end - now < againShare * (now - firstAt)
  if (first.result && (!twice || isShort))
    return { ...first.result, measured: outcome.measured, onAll: false }
  const sameEpochs = plans.map((plan, m) => ({
    ...plan,
    settings: { ...plan.settings, epochs: outcome.epochs[m]! },
  }))
  const all = await learnMembers(ratings, sameEpochs, options, {
    ...{ observer: saving(outcome), held: null, until: end, linear: outcome.linear },
    from: from?.stage === 'final' ? from : beginning('final'),
  })
  const final = all.members.map((member, m) => ({ ...member, weight: outcome.weights[m]! }))
  const result = finished(all, final, ratingRange(ratings))
  const figures = result.members.map((one, m) => ({ ...one, rmse: outcome.rmse[m]! }))
  return { ...result, members: figures, measured: outcome.measured, onAll: true }
}

/** The first stage: learns from what is not held back, and measures on what is. */
async function measure(
  ratings: Ratings,
  plans: readonly MemberPlan[],
  options: RecommenderOptions,
  { observer, until, from }: Pick<Stage, 'observer' | 'until'> & { readonly from: StagePoint | null },
): Promise<{ outcome: Outcome; result: Omit<TrainedRecommender, 'measured' | 'onAll'> }> {
  const range = ratingRange(ratings)
  const { train, held } = splitRatings(ratings, options.split, options.heldShare, options.seed)
  const [known, asked] = [pickRatings(ratings, train), pickRatings(ratings, held)]
  const learned = await learnMembers(known, plans, options, {
    ...{ observer, held: asked, until, linear: null, from: from ?? beginning('measuring') },
  })
  const { epochs, rmse, linear } = learned
  const { weights, errors } = bestWeights(learned, asked, range)
  const members = learned.members.map((member, m) => ({ ...member, weight: weights[m]! }))
  const predict = predictor({ biases: learned.biases, members, range })
  const ranking = rankHeld(known, asked, predict, range, until + rankingShare * options.budgetMs)
  const measured = { ...errors, held: held.length, baselines: learned.baselines!, ranking }
  return { outcome: { measured, weights, epochs, rmse, linear }, result: finished(learned, members, range) }
}

/** The members' shares, or one of them alone, or none where that is better: shares are drawn to equal ones. */
function bestWeights({ members, biases }: Learned, asked: Ratings, range: AutorecModel['range']) {
  const residuals = members.map((member) => residualsAt(member, asked))
  const blended = blendWeights(residuals, residualsOf(asked, biases))
  const alone = members.map((_, m) => members.map((__, other) => (other === m ? 1 : 0)))
  // What has had too little time may be worse than the biases without it.
  const none = members.map(() => 0)
  const tried = [none, blended, ...alone].map((weights) => {
    const rest = (k: number) => weights.reduce((sum, weight, m) => sum + weight * residuals[m]![k]!, 0)
    const expected = (k: number) =>
      biasPrediction(biases, asked.users[k]!, asked.items[k]!) + biases.scale * rest(k)
    return { weights, errors: errorFigures(asked.values, range, expected) }
  })
  return tried.reduce((best, one) => (one.errors.rmse < best.errors.rmse ? one : best))
}

const finished = (learned: Learned, members: readonly AutorecMember[], range: AutorecModel['range']) => ({
  model: { biases: learned.biases, members, range },
  members: members.map(({ spec }, m) => ({
    ...{ epochs: learned.epochs[m]!, parameters: countTrained(spec), rmse: learned.rmse[m]! },
  })),
  valuesPerSecond: learned.valuesPerSecond,
})

function residualsAt(member: Omit<AutorecMember, 'weight'>, { users, items }: Ratings): Float32Array {
  const layer = lastLayer(member)
  return Float32Array.from(users, (user, k) =>
    member.side === 'items'
      ? memberResidual(member.features, items[k]!, layer, user)
      : memberResidual(member.features, user, layer, items[k]!),
  )
}

/** Of a scale of five, four and five say that somebody liked it. */
export const likedFrom = ({ low, high }: AutorecModel['range']): number => low + 0.7 * (high - low)

/** Lists of all items that a user has not rated before, against those that they turn out to like. */
function rankHeld(
  known: Ratings,
  held: Ratings,
  predict: (user: number, item: number) => number,
  range: AutorecModel['range'],
  until: number,
): RankingFigures | null {
  const likes = new Map<number, Set<number>>()
  const from = likedFrom(range)
  held.users.forEach((user, k) => {
    if (held.values[k]! < from || (likes.size >= mostRanked && !likes.has(user))) return
    likes.set(user, (likes.get(user) ?? new Set()).add(held.items[k]!))
  })
  const rated = new Map([...likes.keys()].map((user) => [user, new Set<number>()]))
  known.users.forEach((user, k) => rated.get(user)?.add(known.items[k]!))
  const figures = [...likes].flatMap(([user, liked], place) => {
    if (place >= fewestRanked && performance.now() > until) return []
    const own = rated.get(user)!
    const scores = Float32Array.from({ length: known.itemCount }, (_, item) =>
      own.has(item) ? NaN : predict(user, item),
    )
    return rankingOf(largest(scores, 10), liked)!
  })
  return meanRanking(figures)
}
