import { expect, it } from 'vitest'
import { CancelledError } from '../../../../src/shared/errors'
import { predictForNew, rowFeatures } from '../../../../src/main/engine/ratings/autorecModel'
import { planRecommender } from '../../../../src/main/engine/ratings/recommenderPlan'
import { type Ratings, sparseRows } from '../../../../src/main/engine/ratings/ratings'
import { AutorecTrainer } from '../../../../src/main/engine/ratings/trainAutorec'
import { trainRecommender, type TrainingPoint } from '../../../../src/main/engine/ratings/trainRecommender'
import { randomStream } from '../../../../src/main/engine/training/random'
import { describeRuntimes } from '../../../support/runtimes'

const [userCount, itemCount, rank, noise] = [80, 60, 2, 0.2]

/** A matrix of low rank and noise, of which two fifths are known. */
function lowRank(): Ratings {
  const random = randomStream(5)
  const draw = (count: number) => Array.from({ length: count * rank }, () => random.normal())
  const [users, items] = [draw(userCount), draw(itemCount)]
  const triples: [number, number, number][] = []
  for (let user = 0; user < userCount; user++)
    for (let item = 0; item < itemCount; item++) {
      if (random.uniform() > 0.4) continue
      let value = 3 + noise * random.normal()
      for (let f = 0; f < rank; f++) value += users[user * rank + f]! * items[item * rank + f]!
      triples.push([user, item, value])
    }
  return {
    ...{ userCount, itemCount, times: null, users: Int32Array.from(triples, ([user]) => user) },
    ...{
      items: Int32Array.from(triples, ([, item]) => item),
      values: Float32Array.from(triples, ([, , v]) => v),
    },
  }
}

const quiet = { step: () => {}, epochEnded: () => {}, baselines: () => {}, save: async () => {} }

describeRuntimes('trainRecommender', (runtime) => {
  const ratings = lowRank()
  const size = { users: userCount, items: itemCount, ratings: ratings.values.length }
  const options = { heldShare: 0.1, split: 'random', budgetMs: 600_000, seed: 1, device: 'cpu' } as const
  const deviceOf = () =>
    runtime()
      .devices()
      .find(({ isGpu }) => !isGpu)!.id

  it('does the least where the time is over, and is no worse than biases', async () => {
    const plans = planRecommender({ preset: 'ratings', tying: 'tied', seed: 1 }, size)
    const used = { ...options, budgetMs: 0, runtime: runtime(), device: deviceOf(), linear: true }
    const { measured, members, onAll } = await trainRecommender(ratings, plans, used, quiet)
    // One step of the network, no linear one, and no second stage.
    expect(members.map(({ epochs }) => epochs)).toEqual([1])
    expect(onAll).toBe(false)
    expect(measured!.baselines.isCut).toBe(true)
    expect(measured!.rmse).toBeLessThanOrEqual(measured!.baselines.bias.rmse)
    expect(measured!.ranking!.users).toBeLessThanOrEqual(20)
  }, 120_000)

  it('beats biases by far on a matrix of low rank, and knows what somebody new would say', async () => {
    const plans = planRecommender({ preset: 'ratings', tying: 'tied', seed: 1, epochs: 2 }, size)
    const used = { ...options, runtime: runtime(), device: deviceOf(), linear: true }
    const { measured, model, members } = await trainRecommender(ratings, plans, used, quiet)
    expect(measured!.rmse).toBeLessThan(0.4 * measured!.baselines.bias.rmse)
    expect(measured!.rmse).toBeLessThan(1.4 * noise)
    expect(members.map(({ epochs }) => epochs)).toEqual([2, 0])
    // A user as if new: from half of the ratings to the others.
    const own = [...ratings.users].flatMap((user, k) => (user === 7 ? [k] : []))
    const [shown, kept] = [own.slice(0, own.length / 2), own.slice(own.length / 2)]
    const rated = {
      items: shown.map((k) => ratings.items[k]!),
      values: shown.map((k) => ratings.values[k]!),
    }
    const expected = predictForNew(model, rated, ratings.values.length)
    const squares = kept.map((k) => (expected[ratings.items[k]!]! - ratings.values[k]!) ** 2)
    expect(Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / kept.length)).toBeLessThan(3 * noise)
  })

  it('ends the first pass where the time does', async () => {
    const choice = { preset: 'user-autorec', tying: 'tied', seed: 1, epochs: 5, batch: 1 } as const
    const [plan] = planRecommender(choice, size)
    const rows = sparseRows(ratings, plan!.side, ratings.values)
    const trainer = await AutorecTrainer.create(runtime(), deviceOf(), plan!.spec, rows, plan!.settings)
    let steps = 0
    const observer = { step: () => void steps++, epochEnded: async () => {} }
    const last = await trainer.run(observer, performance.now())
    await trainer.dispose()
    // As many as it takes to know how long one is, of one a row.
    expect(steps).toBeLessThan(10)
    expect(last.epoch).toBe(1)
    expect(last.loss).toBeGreaterThan(0)
  })

  it.each(['user-autorec', 'deep-autorec'] as const)(
    'learns with %s, and reads one row as the runtime does',
    async (preset) => {
      const plans = planRecommender({ preset, tying: 'tied', seed: 1, epochs: 12, batch: 16 }, size)
      const used = { ...options, heldShare: 0, runtime: runtime(), device: deviceOf(), linear: false }
      const losses: number[] = []
      const observer = { ...quiet, epochEnded: ({ loss }: { loss: number }) => void losses.push(loss) }
      const { model } = await trainRecommender(ratings, plans, used, observer)
      expect(losses.at(-1)).toBeLessThan(losses[0]!)
      const [member] = model.members
      const row = 3
      const known = [...ratings.users].flatMap((user, k) => (user === row ? [k] : []))
      const { mean, users, items, scale } = model.biases
      const input = known.map((k) => {
        const item = ratings.items[k]!
        return (ratings.values[k]! - mean - users[row]! - items[item]!) / scale + member!.offset
      })
      const features = rowFeatures(
        member!,
        known.map((k) => ratings.items[k]!),
        input,
      )
      const width = features.length
      const made = member!.features.subarray(row * width, (row + 1) * width)
      features.forEach((value, f) => expect(value).toBeCloseTo(made[f]!, 4))
    },
  )

  it('is the same from the same seed', async () => {
    const train = async () => {
      const plans = planRecommender({ preset: 'ratings', tying: 'untied', seed: 3, epochs: 2 }, size)
      const used = { ...options, heldShare: 0, runtime: runtime(), device: deviceOf(), linear: false }
      return (await trainRecommender(ratings, plans, used, quiet)).model.members[0]!.features
    }
    expect(await train()).toEqual(await train())
  })
})

describeRuntimes('trainRecommender, interrupted', (runtime) => {
  const ratings = lowRank()
  const size = { users: userCount, items: itemCount, ratings: ratings.values.length }

  // In the middle of the baselines, of the first network, of the second, and of the second stage.
  it.each([6, 26, 40, 60])('ends as if it had not been, stopped after %i steps', async (steps) => {
    const device = runtime()
      .devices()
      .find(({ isGpu }) => !isGpu)!.id
    const choice = { preset: 'both-autorec', tying: 'tied', seed: 2, epochs: 3, batch: 16 } as const
    const options = {
      ...{ runtime: runtime(), device, seed: 2, heldShare: 0.1, budgetMs: 600_000 },
      split: 'random',
      linear: false,
    } as const
    const plans = planRecommender(choice, size)
    const whole = await trainRecommender(ratings, plans, options, quiet)
    let [left, point]: [number, TrainingPoint | null] = [steps, null]
    const stopping = {
      ...quiet,
      step: () => {
        if (--left === 0) throw new CancelledError('Stopped.')
      },
      save: async (kept: TrainingPoint) => void (point = structuredClone(kept)),
    }
    await expect(trainRecommender(ratings, plans, options, stopping)).rejects.toBeInstanceOf(CancelledError)
    const resumed = await trainRecommender(ratings, plans, options, quiet, point)
    expect(resumed.measured).toEqual(whole.measured)
    expect(resumed.model.members.map(({ features }) => features)).toEqual(
      whole.model.members.map(({ features }) => features),
    )
  })
})
