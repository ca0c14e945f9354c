import type { RatingMember, RatingModel } from '../../../../shared/ratings'
import { planRecommender } from '../../../engine/ratings/recommenderPlan'
import type { Ratings } from '../../../engine/ratings/ratings'
import { trainRecommender } from '../../../engine/ratings/trainRecommender'
import { countTrained, type DenseLayer } from '../../../../shared/modelSpec'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { chooseRuntime } from '../../../worker/runtimes'
import { writeRecommender } from '../recommenderFiles'
import { readCheckpoint, writeCheckpoint } from '../ratingsCheckpoint'
import { readRatingsInfo, readTriples } from '../../../store/ratingsFiles'
import type { TrainRatingsEvent, TrainRatingsParams } from './ratingsTasks'

/** Trains a recommender and writes it into the folder of its ratings. Stopped it leaves a checkpoint. */
interface Train {
  params: TrainRatingsParams
  result: Omit<RatingModel, 'versions' | 'trainedAt'> & { readonly version: string }
  event: TrainRatingsEvent
}

export async function trainRatings(
  params: Train['params'],
  context: TaskContext<Train['event']>,
): Promise<Train['result']> {
  const startedAt = performance.now()
  const { folder, preset, tying, seed, split, heldShare, budgetMs, epochs, batch, learningRate, refeeding } =
    params
  const from = params.resume ? await readCheckpoint(folder) : null
  const info = await readRatingsInfo(folder)
  const ratings: Ratings = { userCount: info.users, itemCount: info.items, ...(await readTriples(folder)) }
  const { runtime, device } = chooseRuntime(params)
  const choice = { preset, tying, seed, epochs, batch, learningRate, refeeding }
  const plans = planRecommender(choice, { users: info.users, items: info.items, ratings: info.ratings })
  const parts = plans.map(({ side, spec }) => ({ side, parameters: countTrained(spec) }))
  context.emit({ type: 'started', runtime: runtime.name, device, version: runtime.version, members: parts })
  const trained = await trainRecommender(
    ratings,
    plans,
    {
      runtime,
      device,
      seed,
      heldShare,
      linear: preset === 'ratings' || preset === 'both-autorec',
      split,
      budgetMs: Math.max(1000, budgetMs - (performance.now() - startedAt)),
    },
    {
      step: () => throwIfEnding(context as TaskContext<never>),
      baselines: (baselines) => context.emit({ type: 'baselines', baselines }),
      epochEnded: (progress) => context.emit({ type: 'epoch', ...progress }),
      save: (point) => writeCheckpoint(folder, { ...choice, split, heldShare, budgetMs }, point),
    },
    from,
  )
  throwIfEnding(context as TaskContext<never>)
  const members = trained.model.members.map((member, m) => recordOf(member, trained.members[m]!))
  await writeRecommender(folder, trained.model)
  const { measured, onAll, valuesPerSecond } = trained
  return {
    preset,
    tying,
    seed,
    split,
    runtime: runtime.name,
    device,
    version: runtime.version,
    elapsedMs: performance.now() - startedAt + (from?.elapsedMs ?? 0),
    valuesPerSecond,
    members,
    measured,
    onAll,
  }
}

type Trained = Awaited<ReturnType<typeof trainRecommender>>

/** What is kept of one of its networks. */
function recordOf(
  { name, side, spec, weight, offset, penalty }: Trained['model']['members'][number],
  { epochs, parameters, rmse }: Trained['members'][number],
): RatingMember {
  const { encoder, tying, seed, input } = spec
  return {
    name,
    side,
    columns: input.width,
    encoder: encoder as DenseLayer[],
    tying,
    seed,
    weight,
    offset,
    penalty,
    epochs,
    parameters,
    rmse,
  }
}
