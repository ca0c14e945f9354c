import { describe, expect, it } from 'vitest'
import { freeName, isTaken, nameSetApart } from '../../src/shared/freeName'
import { type ModelSpec, modelSpecSchema } from '../../src/shared/modelSpec'
import { nameOfDifference, nameOfRun, sayIn } from '../../src/shared/runNames'
import { type TrainingConfig, trainingConfigSchema } from '../../src/shared/trainingConfig'

const dense = (units: readonly number[], changes: Partial<ModelSpec> = {}): ModelSpec => ({
  ...modelSpecSchema.parse({
    input: { width: 28, height: 28, channels: 1 },
    encoder: units.map((each) => ({ type: 'dense', units: each })),
  }),
  ...changes,
})
const convolutional = modelSpecSchema.parse({
  input: { width: 32, height: 32, channels: 3 },
  encoder: [
    { type: 'conv', filters: 32, stride: 2 },
    { type: 'dense', units: 64 },
  ],
})
const config = trainingConfigSchema.parse({})
const before = { name: 'photos', datasetName: 'photos', spec: dense([196, 49]), config }
const named = (
  changes: { spec?: ModelSpec; config?: TrainingConfig; datasetName?: string },
  taken?: string[],
) => nameOfDifference(before, { ...before, ...changes }, taken)
const withRate = (learningRate: number): TrainingConfig => ({
  ...config,
  optimizer: { ...config.optimizer, learningRate },
})

describe('what a new run is called', () => {
  it('says what it is trained on, of what kind it is, and how long its code is', () => {
    expect(nameOfRun('photos', convolutional)).toBe('photos, convolutional, 64 numbers')
    expect(nameOfRun('letters', dense([196, 49]))).toBe('letters, dense, 49 numbers')
    expect(nameOfRun('letters', dense([49], { tying: 'untied' }))).toBe('letters, dense, 49 numbers, untied')
    expect(nameOfRun('photos', { ...convolutional, skips: true })).toBe('photos, denoiser')
    const untied = dense([49], { tying: 'untied' })
    expect(nameOfRun('Fotos', untied, sayIn('de'))).toBe('Fotos, dicht, 49 Zahlen, ungekoppelt')
  })
})

describe('what a run is called that repeats another one', () => {
  it('is what differs', () => {
    expect(named({ spec: dense([196, 49], { tying: 'untied' }) })).toBe('photos, untied')
    expect(named({ config: withRate(0.0005) })).toBe('photos, learning rate 0.0005')
    expect(named({ spec: dense([196, 64]) })).toBe('photos, 64 numbers')
    expect(named({ spec: dense([100, 49]) })).toBe('photos, layers 100-49')
    expect(named({ config: { ...config, budgetMs: 600_000, epochs: 7 } })).toBe('photos, 10 min')
    expect(named({ datasetName: 'letters' })).toBe('letters')
    expect(named({ spec: dense([196, 64], { tying: 'untied' }), config: withRate(0.01) })).toBe(
      'photos, 64 numbers, untied, learning rate 0.01',
    )
  })

  it('puts the new in the place of what was, and keeps what is still true', () => {
    const untied = {
      ...before,
      name: 'photos, 49 numbers, untied',
      spec: dense([196, 49], { tying: 'untied' }),
    }
    const again = (changes: object) => nameOfDifference(untied, { ...untied, ...changes })
    expect(again({ spec: before.spec })).toBe('photos, 49 numbers, tied')
    expect(again({ config: withRate(0.01) })).toBe('photos, 49 numbers, untied, learning rate 0.01')
    expect(again({ spec: { ...untied.spec, encoder: dense([196, 20]).encoder } })).toBe(
      'photos, 20 numbers, untied',
    )
  })

  it('is again where nothing differs, and again 2 after that', () => {
    expect(named({})).toBe('photos, again')
    expect(named({}, ['photos', 'Photos, again'])).toBe('photos, again 2')
    const repeated = { ...before, name: 'photos, again 2' }
    expect(nameOfDifference(repeated, repeated, ['photos, again', 'photos, again 2'])).toBe('photos, again 3')
    expect(nameOfDifference(repeated, { ...repeated, config: withRate(0.1) })).toBe(
      'photos, learning rate 0.1',
    )
  })

  it('tells of three differences, says that there are more, and of what it has no words for that there is some', () => {
    const many = { ...withRate(0.5), batchSize: 7, seed: 3, epochs: 9 }
    expect(named({ config: many })).toBe('photos, 9 epochs, learning rate 0.5, batches of 7, …')
    expect(named({ config: { ...config, patience: 5 } })).toBe('photos, other settings')
  })

  it('is in the words that it is given, and never too long', () => {
    const say = (key: string, value: string) => `${key}=${value}`
    const spec = dense([196, 49], { tying: 'untied' })
    expect(nameOfDifference(before, { ...before, spec }, [], say)).toBe('photos, untied=')
    const long = { ...before, name: Array.from({ length: 30 }, (_, i) => `part ${i}`).join(', ') }
    const name = nameOfDifference(long, { ...long, spec })
    expect(name.length).toBeLessThanOrEqual(120)
    expect(name).toMatch(/^part 0, .*, untied$/)
  })
})

describe('a name that is taken', () => {
  it('gets a number, whatever its capitals', () => {
    expect(freeName('Sample', [])).toBe('Sample')
    expect(freeName('Sample', ['sample'])).toBe('Sample 2')
    expect(freeName('Sample', ['sample', 'SAMPLE 2'])).toBe('Sample 3')
    expect(freeName('x'.repeat(130), ['x'.repeat(120)])).toHaveLength(120)
    expect(isTaken(' photos', ['Photos'])).toBe(true)
  })

  it('is set apart by what it is', () => {
    expect(nameSetApart('photos', '(imported)', ['letters'])).toBe('photos')
    expect(nameSetApart('photos', '(imported)', ['photos'])).toBe('photos (imported)')
    expect(nameSetApart('photos', '(imported)', ['photos', 'photos (imported)'])).toBe('photos (imported) 2')
  })
})
