import { CancelledError } from '../../../shared/errors'
import { type AutorecMember, type MemberName, predictor } from './autorecModel'
import { type Biases, fitBiases, residualsOf } from './biases'
import { baselineErrors, type BaselineErrors, errorFigures } from './factorization'
import { bestLinearMember, fitLinearMember, type LinearChoice } from './linearMember'
import { type Ratings, ratingRange, sparseRows } from './ratings'
import type { MemberPlan } from './recommenderPlan'
import { type AutorecPoint, type AutorecProgress, AutorecTrainer } from './trainAutorec'
import type { RecommenderOptions } from './trainRecommender'

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
  /** Once a minute, and where the training is ended before its time: what it takes to go on. */
  save(point: StagePoint): Promise<void>
}

/** A network that has learned in this stage. */
export interface DoneMember {
  readonly values: Readonly<Record<string, Float32Array>>
  readonly epochs: number
  readonly rmse: number | null
  readonly valuesPerSecond: number
}

/** Where a stage of the training stands. */
export interface StagePoint {
  readonly stage: RecommenderProgress['stage']
  readonly baselines: BaselineErrors | null
  readonly done: readonly DoneMember[]
  /** The network that is learning. */
  readonly current: (AutorecPoint & { readonly rmse: number | null }) | null
}

export interface Stage {
  readonly observer: RecommenderObserver
  readonly held: Ratings | null
  readonly until: number
  /** What is known to be best; where it is not, it is found on the held-out ratings. */
  readonly linear: LinearChoice | null
  /** Where it begins: at its beginning, or where it was interrupted. */
  readonly from: StagePoint
}

export interface Learned {
  readonly biases: Biases
  readonly members: readonly LearnedMember[]
  readonly epochs: readonly number[]
  readonly rmse: readonly (number | null)[]
  /** What was chosen for the linear one. */
  readonly linear: LinearChoice | null
  readonly baselines: BaselineErrors | null
  readonly valuesPerSecond: number
}

export type LearnedMember = Omit<AutorecMember, 'weight'>

/** The held-out error is measured after each so many epochs. */
const measureEvery = 5
const saveEveryMs = 60_000
/** Of the time of the networks, what is left to the linear one. */
const linearShare = 0.15
/** Of the time of a stage, what the biases may take. */
const biasShare = 0.15
/** Of the time of a stage, what the baselines may take: they are there to compare with. */
const baselineShare = 0.2

/** All members of one stage. @throws CancelledError after saving */
export async function learnMembers(
  known: Ratings,
  plans: readonly MemberPlan[],
  options: RecommenderOptions,
  stage: Stage,
): Promise<Learned> {
  const { observer, held, from } = stage
  const journal = new Journal(from, observer)
  try {
    const biases = fitBiases(known, partOf(stage.until, biasShare))
    const range = ratingRange(known)
    const step = () => observer.step()
    journal.baselines ??=
      held &&
      baselineErrors(known, held, biases, range, options.seed, {
        step,
        until: partOf(stage.until, baselineShare),
      })
    if (journal.baselines) observer.baselines(journal.baselines)
    const rest = residualsOf(known, biases)
    const members: LearnedMember[] = []
    const until = partOf(stage.until, options.linear ? 1 - linearShare : 1)
    const errorOf = (member: LearnedMember) => held && heldError(member, biases, held, range)
    for (const m of plans.keys())
      members.push(await learnMember({ known, rest, plans, m, options, until, errorOf }, journal))
    const added = addedLinear(known, biases, options, stage, (member) => errorOf(member)!)
    const { done } = journal
    const rates = done.map(({ valuesPerSecond }) => valuesPerSecond).filter((rate) => rate > 0)
    return {
      ...{ biases, baselines: journal.baselines, linear: added?.choice ?? null },
      members: added ? [...members, added.member] : members,
      epochs: [...done.map(({ epochs }) => epochs), ...(added ? [0] : [])],
      rmse: [...done.map(({ rmse }) => rmse), ...(added ? [added.rmse] : [])],
      valuesPerSecond: rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length),
    }
  } catch (error) {
    if (error instanceof CancelledError) await journal.save()
    throw error
  }
}

/** So much of the time that is left until then. */
function partOf(until: number, share: number): number {
  const now = performance.now()
  return now + (until - now) * share
}

/** What a stage has come to, so that it can be saved. */
class Journal {
  baselines: BaselineErrors | null
  readonly done: DoneMember[] = []
  current: StagePoint['current']
  private savedAt = performance.now()

  constructor(
    readonly from: StagePoint,
    readonly observer: RecommenderObserver,
  ) {
    this.baselines = from.baselines
    this.current = from.current
  }

  get isDue(): boolean {
    return performance.now() - this.savedAt > saveEveryMs
  }

  async save(): Promise<void> {
    const { baselines, current, from } = this
    // Networks that have not been looked at again since the training was resumed are still done.
    const done = [...this.done, ...from.done.slice(this.done.length)]
    await this.observer.save({ stage: from.stage, baselines, done, current })
    this.savedAt = performance.now()
  }
}

interface MemberTask {
  readonly known: Ratings
  readonly rest: Float32Array
  readonly plans: readonly MemberPlan[]
  readonly m: number
  readonly options: RecommenderOptions
  readonly until: number
  readonly errorOf: (member: LearnedMember) => number | null
}

async function learnMember(
  { known, rest, plans, m, options, until, errorOf }: MemberTask,
  journal: Journal,
): Promise<LearnedMember> {
  const plan = plans[m]!
  const { spec, side, settings } = plan
  const rows = sparseRows(known, side, rest)
  const trainer = await AutorecTrainer.create(options.runtime, options.device, spec, rows, settings)
  try {
    const finished = journal.from.done[m]
    if (finished) {
      await trainer.load(finished.values)
      journal.done.push(finished)
      return await memberOf(trainer, plan)
    }
    // What is left of the time is shared by the members that are left.
    const own = partOf(until, 1 / (plans.length - m))
    const { member: last, ...done } = await runTrainer(trainer, plan, own, errorOf, journal)
    const member = last ?? (await memberOf(trainer, plan))
    journal.done.push({ ...done, values: member.values })
    journal.current = null
    return member
  } finally {
    await trainer.dispose()
  }
}

/** A network to its end, or from where it was interrupted. */
async function runTrainer(
  trainer: AutorecTrainer,
  plan: MemberPlan,
  until: number,
  errorOf: MemberTask['errorOf'],
  journal: Journal,
): Promise<Omit<DoneMember, 'values'> & { readonly member: LearnedMember | null }> {
  const { observer } = journal
  const { stage } = journal.from
  let error = journal.current?.rmse ?? null
  let member: LearnedMember | null = null
  if (journal.current) await trainer.restore(journal.current)
  const noted = async () => (journal.current = { ...(await trainer.point()), rmse: error })
  try {
    const last = await trainer.run(
      {
        step: () => observer.step(),
        epochEnded: async (progress) => {
          const isLast = progress.epoch === progress.epochs
          // To measure takes a pass over all rows, and where nothing is held back it would say nothing.
          const isDue = isLast || (stage === 'measuring' && progress.epoch % measureEvery === 0)
          member = isDue ? await memberOf(trainer, plan) : null
          const rmse = member && errorOf(member)
          error = rmse ?? error
          observer.epochEnded({ ...progress, side: plan.side, stage, rmse })
          if (!journal.isDue) return
          await noted()
          await journal.save()
        },
      },
      until,
    )
    return { epochs: last.epoch, rmse: error, valuesPerSecond: last.valuesPerSecond, member }
  } catch (reason) {
    if (reason instanceof CancelledError) await noted()
    throw reason
  }
}

/** The linear member, where there is to be one: as it was chosen, or as the held-out ratings say. */
function addedLinear(
  known: Ratings,
  biases: Biases,
  { linear, seed }: RecommenderOptions,
  { observer, held, until, linear: chosen }: Stage,
  errorOf: (member: LearnedMember) => number,
): { member: LearnedMember; choice: LinearChoice; rmse: number | null } | null {
  const step = () => observer.step()
  if (linear && held) return bestLinearMember(known, biases, seed, errorOf, { step, until })
  return (
    chosen && {
      member: fitLinearMember(known, biases, chosen, seed, { step, until }),
      choice: chosen,
      rmse: null,
    }
  )
}

async function memberOf(trainer: AutorecTrainer, plan: MemberPlan): Promise<LearnedMember> {
  const { spec, side, settings } = plan
  const { features, codes } = await trainer.features()
  const values = await trainer.values()
  const { offset, penalty } = settings
  return { name: side, side, spec, values, features, codes: codes ?? features, offset, penalty }
}

function heldError(
  member: LearnedMember,
  biases: Biases,
  { users, items, values }: Ratings,
  range: { readonly low: number; readonly high: number },
): number {
  const predict = predictor({ biases, members: [{ ...member, weight: 1 }], range })
  return errorFigures(values, range, (k) => predict(users[k]!, items[k]!)).rmse
}
