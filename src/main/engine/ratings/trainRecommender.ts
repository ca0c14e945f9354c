import { countTrained } from '../../../shared/modelSpec'
import type { Runtime } from '../runtimes/runtime'
import {
  type AutorecMember,
  type AutorecModel,
  blendWeights,
  lastLayer,
  type MemberName,
  memberResidual,
  predictor,
} from './autorecModel'
import { biasPrediction, type Biases, fitBiases, residualsOf } from './biases'
import { baselineErrors, type BaselineErrors, type ErrorFigures, errorFigures } from './factorization'
import { largest, meanRanking, type RankingFigures, rankingOf } from './ranking'
import { pickRatings, type Ratings, ratingRange, sparseRows } from './ratings'
import { bestLinearMember, fitLinearMember, type LinearChoice } from './linearMember'
import type { MemberPlan } from './recommenderPlan'
import { type RatingSplit, splitRatings } from './splitRatings'
import { type AutorecProgress, AutorecTrainer } from './trainAutorec'

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

export interface RecommenderProgress extends AutorecProgress {
  readonly side: MemberName
  /** `measuring` leaves the held-out ratings out; `final` learns from all of them. */
  readonly stage: 'measuring' | 'final'
  /** On the held-out ratings, where it was measured after this epoch. */
  readonly rmse: number | null
}

export interface RecommenderObserver {
  /** Between two steps. @throws to end the training */
  step(): void
  epochEnded(progress: RecommenderProgress): void
  baselines(baselines: BaselineErrors): void
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
/** More ratings than this are not learned twice: what was held back of so many is no loss. */
const mostTwice = 2_000_000
/** The held-out error is measured after each so many epochs. */
const measureEvery = 5
/** Users whose lists are ranked. */
const mostRanked = 500

/**
 * Trains a recommender in two stages. The first learns from what is not held back: that gives honest figures, and the members'
 * shares. The second learns from all ratings in as many epochs.
 */
export async function trainRecommender(
  ratings: Ratings,
  plans: readonly MemberPlan[],
  options: RecommenderOptions,
  observer: RecommenderObserver,
): Promise<TrainedRecommender> {
  const startedAt = performance.now()
  const range = ratingRange(ratings)
  const { heldShare, split, seed, budgetMs } = options
  const holds = heldShare > 0 && ratings.values.length >= 20
  if (!holds) {
    const all = await learn(ratings, plans, options, {
      observer,
      stage: 'final',
      held: null,
      until: startedAt + budgetMs,
      linear: null,
    })
    const members = all.members.map((member) => ({ ...member, weight: 1 / all.members.length }))
    return { ...finished(all, members, range), measured: null, onAll: true }
  }
  const { train, held } = splitRatings(ratings, split, heldShare, seed)
  const [known, asked] = [pickRatings(ratings, train), pickRatings(ratings, held)]
  const twice = ratings.values.length <= mostTwice
  const until = startedAt + budgetMs * (twice ? measuringShare : 0.95)
  const first = await learn(known, plans, options, {
    ...{ observer, stage: 'measuring', held: asked, until, linear: null },
  })
  const { weights, errors } = bestWeights(first, asked, range)
  const members = first.members.map((member, m) => ({ ...member, weight: weights[m]! }))
  const predict = predictor({ biases: first.biases, members, range })
  const measured = {
    ...errors,
    ...{ held: held.length, baselines: first.baselines!, ranking: rankHeld(known, asked, predict, range) },
  }
  if (!twice) return { ...finished(first, members, range), measured, onAll: false }
  const sameEpochs = plans.map((plan, m) => ({
    ...plan,
    settings: { ...plan.settings, epochs: first.epochs[m]! },
  }))
  const end = startedAt + budgetMs
  const all = await learn(ratings, sameEpochs, options, {
    ...{ observer, stage: 'final', held: null, until: end, linear: first.linear },
  })
  const final = all.members.map((member, m) => ({ ...member, weight: weights[m]! }))
  const result = finished(all, final, range)
  const figures = result.members.map((one, m) => ({ ...one, rmse: first.rmse[m]! }))
  return { ...result, members: figures, measured, onAll: true }
}

/** The members' shares, or one of them alone where that is better: shares are drawn to equal ones. */
function bestWeights({ members, biases }: Learned, asked: Ratings, range: AutorecModel['range']) {
  const residuals = members.map((member) => residualsAt(member, asked))
  const blended = blendWeights(residuals, residualsOf(asked, biases))
  const alone = members.map((_, m) => members.map((__, other) => (other === m ? 1 : 0)))
  const tried = [blended, ...alone].map((weights) => {
    const rest = (k: number) => weights.reduce((sum, weight, m) => sum + weight * residuals[m]![k]!, 0)
    const expected = (k: number) =>
      biasPrediction(biases, asked.users[k]!, asked.items[k]!) + biases.scale * rest(k)
    return { weights, errors: errorFigures(asked.values, range, expected) }
  })
  return tried.reduce((best, one) => (one.errors.rmse < best.errors.rmse ? one : best))
}

interface Learned {
  readonly biases: Biases
  readonly members: readonly Omit<AutorecMember, 'weight'>[]
  readonly epochs: readonly number[]
  readonly rmse: readonly (number | null)[]
  /** What was chosen for the linear one. */
  readonly linear: LinearChoice | null
  readonly baselines: BaselineErrors | null
  readonly valuesPerSecond: number
}

const finished = (learned: Learned, members: readonly AutorecMember[], range: AutorecModel['range']) => ({
  model: { biases: learned.biases, members, range },
  members: members.map(({ spec }, m) => ({
    ...{ epochs: learned.epochs[m]!, parameters: countTrained(spec), rmse: learned.rmse[m]! },
  })),
  valuesPerSecond: learned.valuesPerSecond,
})

interface Stage {
  readonly observer: RecommenderObserver
  readonly stage: RecommenderProgress['stage']
  readonly held: Ratings | null
  readonly until: number
  /** What is known to be best; where it is not, it is found on the held-out ratings. */
  readonly linear: LinearChoice | null
}

async function learn(
  known: Ratings,
  plans: readonly MemberPlan[],
  options: RecommenderOptions,
  { observer, stage, held, until, linear: chosen }: Stage,
): Promise<Learned> {
  const biases = fitBiases(known)
  const range = ratingRange(known)
  const baselines = held && baselineErrors(known, held, biases, range, options.seed)
  if (baselines) observer.baselines(baselines)
  const rest = residualsOf(known, biases)
  const members: Omit<AutorecMember, 'weight'>[] = []
  const [epochs, errors, rates]: [number[], (number | null)[], number[]] = [[], [], []]
  for (const [m, plan] of plans.entries()) {
    // What is left of the time is shared by the members that are left.
    const now = performance.now()
    const memberUntil = now + (until - now) / (plans.length - m)
    const trainer = await AutorecTrainer.create(
      options.runtime,
      options.device,
      plan.spec,
      sparseRows(known, plan.side, rest),
      plan.settings,
    )
    try {
      const last = await trainer.run(
        {
          step: () => observer.step(),
          epochEnded: async (progress) => {
            const isMeasured =
              held && (progress.epoch % measureEvery === 0 || progress.epoch === progress.epochs)
            const rmse = isMeasured ? heldError(await memberOf(trainer, plan), biases, held, range) : null
            if (rmse !== null) errors[m] = rmse
            observer.epochEnded({ ...progress, side: plan.side, stage, rmse })
          },
        },
        memberUntil,
      )
      epochs.push(last.epoch)
      rates.push(last.valuesPerSecond)
      errors[m] ??= null
      members.push(await memberOf(trainer, plan))
    } finally {
      await trainer.dispose()
    }
  }
  const added = addedLinear(known, biases, options, { observer, held, chosen }, (member) =>
    heldError(member, biases, held!, range),
  )
  if (added) {
    members.push(added.member)
    errors.push(added.rmse)
    epochs.push(0)
  }
  const valuesPerSecond = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  return { biases, members, epochs, rmse: errors, linear: added?.choice ?? null, baselines, valuesPerSecond }
}

/** The linear member, where there is to be one: as it was chosen, or as the held-out ratings say. */
function addedLinear(
  known: Ratings,
  biases: Biases,
  { linear, seed }: RecommenderOptions,
  { observer, held, chosen }: Pick<Stage, 'observer' | 'held'> & { chosen: LinearChoice | null },
  errorOf: (member: Omit<AutorecMember, 'weight'>) => number,
): { member: Omit<AutorecMember, 'weight'>; choice: LinearChoice; rmse: number | null } | null {
  const step = () => observer.step()
  if (linear && held) return bestLinearMember(known, biases, seed, errorOf, step)
  return chosen && { member: fitLinearMember(known, biases, chosen, seed, step), choice: chosen, rmse: null }
}

async function memberOf(trainer: AutorecTrainer, plan: MemberPlan): Promise<Omit<AutorecMember, 'weight'>> {
  const { spec, side, settings } = plan
  const { features, codes } = await trainer.features()
  const values = await trainer.values()
  const { offset, penalty } = settings
  return { name: side, side, spec, values, features, codes: codes ?? features, offset, penalty }
}

function heldError(
  member: Omit<AutorecMember, 'weight'>,
  biases: Biases,
  { users, items, values }: Ratings,
  range: AutorecModel['range'],
): number {
  const predict = predictor({ biases, members: [{ ...member, weight: 1 }], range })
  return errorFigures(values, range, (k) => predict(users[k]!, items[k]!)).rmse
}

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
): RankingFigures | null {
  const likes = new Map<number, Set<number>>()
  const from = likedFrom(range)
  held.users.forEach((user, k) => {
    if (held.values[k]! < from || (likes.size >= mostRanked && !likes.has(user))) return
    likes.set(user, (likes.get(user) ?? new Set()).add(held.items[k]!))
  })
  const rated = new Map([...likes.keys()].map((user) => [user, new Set<number>()]))
  known.users.forEach((user, k) => rated.get(user)?.add(known.items[k]!))
  const figures = [...likes].map(([user, liked]) => {
    const own = rated.get(user)!
    const scores = Float32Array.from({ length: known.itemCount }, (_, item) =>
      own.has(item) ? NaN : predict(user, item),
    )
    return rankingOf(largest(scores, 10), liked)!
  })
  return meanRanking(figures)
}
