import { describe, expect, it } from 'vitest'
import { hasDiverged, longerThan, lowerRate, mendedName, mendFor } from '../../src/shared/mending'
import { codeSize, type ModelSpec, modelSpecSchema } from '../../src/shared/modelSpec'
import { findingKinds } from '../../src/shared/run'
import { type TrainingConfig, trainingConfigSchema } from '../../src/shared/trainingConfig'

const specOf = (activation: string, units = [64, 32, 8]): ModelSpec =>
  modelSpecSchema.parse({
    input: { width: 8, height: 8, channels: 1 },
    encoder: units.map((size) => ({ type: 'dense', units: size, activation })),
    output: { activation: 'sigmoid' },
  })
const spec = specOf('relu')
const configOf = (changes: object = {}): TrainingConfig => trainingConfigSchema.parse(changes)
const withRate = (learningRate: number, name = 'adam') => configOf({ optimizer: { name, learningRate } })

describe('a lower learning rate', () => {
  it.each([
    ['adam', 0.001, 0.00025],
    ['adam', 0.0123, 0.003],
    ['adamw', 100, 0.003],
    ['rmsprop', 1, 0.003],
    ['sgd', 100, 0.05],
    ['sgd', 0.1, 0.025],
    ['adam', 0.00123, 0.0003],
  ] as const)('of %s at %d is %d', (name, learningRate, lower) => {
    expect(lowerRate({ name, learningRate })).toBe(lower)
  })

  it('is at most a quarter, whatever the rate', () => {
    for (let rate = 1e-6; rate < 100; rate *= 1.37)
      for (const name of ['adam', 'sgd'] as const)
        expect(lowerRate({ name, learningRate: rate })).toBeLessThanOrEqual(rate / 4 + 1e-15)
  })
})

describe('what mends a run', () => {
  it.each(['collapsed', 'diverged', 'rate-too-high'] as const)(
    'is a lower rate that is reached step by step: %s',
    (kind) => {
      const mend = mendFor(kind, spec, withRate(0.01))!
      expect(mend.changes).toEqual(['lower-rate'])
      expect(mend.spec).toEqual(spec)
      expect(mend.config.optimizer.learningRate).toBe(0.0025)
      expect(mend.config.schedule).toMatchObject({ name: 'cosine', warmup: 0.1 })
    },
  )

  it('leaves a schedule that is there, and warms up for a few epochs only', () => {
    const cosine = { name: 'cosine', floor: 0.2, hold: 0.5 } as const
    const long = mendFor('diverged', spec, configOf({ epochs: 3000, schedule: cosine }))!
    expect(long.config.schedule).toEqual({ ...cosine, warmup: 0.001 })
    const plateau = configOf({ schedule: { name: 'plateau' } })
    expect(mendFor('diverged', spec, plateau)!.config.schedule).toEqual(plateau.schedule)
  })

  it('does not lower a rate for ever', () => {
    expect(mendFor('collapsed', spec, withRate(1e-6))).toBeNull()
  })

  it('is ReLU inside for sigmoids that are saturated, and the output stays', () => {
    const mend = mendFor('saturated', specOf('sigmoid'), withRate(0.01))!
    expect(mend.changes).toEqual(['relu', 'lower-rate'])
    expect(mend.spec).toEqual(specOf('relu'))
    expect(mend.spec.output.activation).toBe('sigmoid')
    expect(mendFor('saturated', spec, withRate(0.01))!.changes).toEqual(['lower-rate'])
  })

  it('is leaky ReLU and a lower rate for dead units', () => {
    const mend = mendFor('dead-units', spec, withRate(0.01))!
    expect(mend.changes).toEqual(['leaky-relu', 'lower-rate'])
    expect(mend.spec).toEqual(specOf('leaky-relu'))
    expect(mend.config.optimizer.learningRate).toBe(0.0025)
    expect(mendFor('dead-units', specOf('elu'), withRate(0.01))!.changes).toEqual(['lower-rate'])
  })

  it('is more images and an earlier end for overfitting, then a smaller network with the same code', () => {
    const first = mendFor('overfitting', spec, configOf({ epochs: 50 }))!
    expect(first.changes).toEqual(['augmentation', 'early-stop'])
    expect(first.config).toMatchObject({ augmentation: { flip: false, shift: 0.05 }, patience: 5 })
    const second = mendFor('overfitting', first.spec, first.config)!
    expect(second.changes).toEqual(['smaller'])
    expect(second.spec).toEqual(specOf('relu', [32, 16, 8]))
    expect(codeSize(second.spec)).toBe(8)
    expect(mendFor('overfitting', specOf('relu', [8]), first.config)).toBeNull()
  })

  it('varies patches where it trains on those', () => {
    const patches = { perImage: 4, augment: false }
    const mend = mendFor('overfitting', spec, configOf({ patches, patience: 3 }))!
    expect(mend.changes).toEqual(['augmentation'])
    expect(mend.config).toMatchObject({ patches: { perImage: 4, augment: true }, augmentation: null })
  })

  it('is nothing where all images are the same', () => {
    expect(mendFor('images-equal', spec, configOf())).toBeNull()
  })

  it('is always a spec and a configuration that can be trained, and leaves the old ones as they are', () => {
    const colour = modelSpecSchema.parse({
      input: { width: 32, height: 32, channels: 3 },
      encoder: [
        { type: 'conv', filters: 16, stride: 2 },
        { type: 'pool' },
        { type: 'dense', units: 20, activation: 'tanh' },
      ],
    })
    const config = withRate(100)
    const before = JSON.stringify([colour, config])
    for (const kind of findingKinds) {
      const mend = mendFor(kind, colour, config)
      if (!mend) continue
      expect(modelSpecSchema.parse(mend.spec)).toEqual(mend.spec)
      expect(trainingConfigSchema.parse(mend.config)).toEqual(mend.config)
    }
    expect(JSON.stringify([colour, config])).toBe(before)
  })
})

describe('training longer', () => {
  it('goes on to twice as many epochs', () => {
    expect(longerThan({ epochs: 20, config: configOf() })).toEqual({ way: 'resume', epochs: 40 })
  })

  it('starts again with the next larger budget', () => {
    const budgets = [5000, 60_000, 600_000, 3_600_000].map((budgetMs) => {
      const longer = longerThan({ epochs: 3, config: configOf({ budgetMs }) })
      return longer?.way === 'again' && longer.config.budgetMs
    })
    expect(budgets).toEqual([60_000, 600_000, 3_600_000, 7_200_000])
  })

  it('is no help where it did not get better any more', () => {
    expect(longerThan({ epochs: 12, config: configOf({ patience: 3 }) })).toBeNull()
  })
})

describe('a run that is started again', () => {
  it('is named after what is different, and counted', () => {
    const lower = 'lower learning rate'
    const first = mendedName('photos', lower)
    expect(first).toBe('photos, lower learning rate')
    const second = mendedName(first, lower)
    expect(second).toBe('photos, lower learning rate 2')
    expect(mendedName(second, lower)).toBe('photos, lower learning rate 3')
    expect(mendedName(second, '10 min')).toBe('photos, lower learning rate 2, 10 min')
    expect(mendedName('x'.repeat(120), lower).length).toBeLessThanOrEqual(120)
  })
})

it('tells a run that failed by divergence from one that failed otherwise', () => {
  const error = 'The loss is no longer a number in epoch 2: training has diverged. Start again.'
  expect(hasDiverged({ state: 'failed', error })).toBe(true)
  expect(hasDiverged({ state: 'training', error })).toBe(false)
  expect(hasDiverged({ state: 'failed', error: 'The disk is full.' })).toBe(false)
})
