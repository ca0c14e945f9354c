import { describe, expect, it } from 'vitest'
import { preprocessingSchema } from '../../../../src/shared/dataset'
import {
  codeSize,
  countTrained,
  type InputShape,
  inputSize,
  modelSpecSchema,
} from '../../../../src/shared/modelSpec'
import { type Budget, budgetNames, type ImageTraits } from '../../../../src/shared/plan'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import {
  canStartFromImages,
  initializeFromImages,
} from '../../../../src/main/engine/models/initializeFromImages'
import { checkTraining } from '../../../../src/main/engine/training/checkTraining'
import {
  budgetsMs,
  mostEpochs,
  planPreprocessing,
  planTraining,
} from '../../../../src/main/features/training/planTraining'
import { randomNumbers } from '../../../support/randomNumbers'

const digits: ImageTraits = {
  ...{ images: 6000, labels: 10, width: 28, height: 28, channels: 1, kind: 'drawings' },
  ...{ transparent: false, components: 40, equal: false },
}
const photographs: ImageTraits = { ...digits, width: 640, height: 480, channels: 3, kind: 'photographs' }
const sprites: ImageTraits = { ...digits, width: 32, height: 32, channels: 3 }

/** A plan for images that are read as the plan says. */
function planOf(traits: ImageTraits, budget: Budget = '1m') {
  const preprocessing = planPreprocessing(traits)
  const { width, height, color } = preprocessing
  const input = { width, height, channels: color === 'rgb' ? 3 : 1 } as const
  return planTraining(traits, input, budget, preprocessing)
}

describe('planPreprocessing', () => {
  it.each([
    [28, 28, 28, 28],
    [13, 29, 13, 29],
    [40, 40, 40, 40],
    [1, 1, 1, 1],
    [41, 41, 40, 40],
    [48, 60, 48, 48],
    [640, 480, 64, 64],
    [6000, 4000, 64, 64],
    [500, 21, 24, 24],
    [500, 3, 8, 8],
  ])('reads images of %i × %i as %i × %i', (width, height, ...expected) => {
    const read = planPreprocessing({ ...digits, width, height })
    expect([read.width, read.height]).toEqual(expected)
    expect(preprocessingSchema.parse(read)).toEqual(read)
  })

  it('reads in colour where there is any', () => {
    expect(planPreprocessing(digits).color).toBe('grey')
    expect(planPreprocessing(sprites).color).toBe('rgb')
  })
})

describe('planTraining', () => {
  it('trains a dense network on digits', () => {
    const plan = planOf(digits)
    expect(plan.network).toBe('dense')
    expect(plan.spec.encoder.every(({ type }) => type === 'dense')).toBe(true)
    expect(plan.spec.input).toEqual({ width: 28, height: 28, channels: 1 })
    expect(plan.config.augmentation).toEqual({ flip: false, shift: 0.04 })
    expect(planOf({ ...digits, images: 60_000 }).config.augmentation).toBeNull()
  })

  it('trains convolutions on photographs, mirrored and moved', () => {
    for (const traits of [photographs, { ...photographs, channels: 1 as const }]) {
      const plan = planOf(traits)
      expect(plan.network).toBe('convolutional')
      expect(plan.spec.encoder.every(({ type }) => type === 'conv')).toBe(true)
      expect(plan.spec.input).toMatchObject({ width: 64, height: 64 })
      expect(plan.config.augmentation).toEqual({ flip: true, shift: 0.08 })
      expect(plan.codeSize).toBeLessThan(inputSize(plan.spec.input) / 4)
    }
    expect(planOf({ ...photographs, width: 28, height: 28 }).network).toBe('convolutional')
  })

  it('trains convolutions with a dense code on small drawings in colour', () => {
    const plan = planOf(sprites)
    expect(plan.network).toBe('convolutional')
    expect(plan.spec.encoder.map(({ type }) => type)).toEqual(['conv', 'conv', 'dense'])
    expect(plan.spec.input).toEqual({ width: 32, height: 32, channels: 3 })
    expect(plan.config.augmentation).toMatchObject({ flip: false })
  })

  it('trains larger networks where there is more time', () => {
    for (const traits of [digits, sprites]) {
      const [small, large] = [planOf(traits, '1m').spec, planOf(traits, '10m').spec]
      expect(countTrained(large)).toBeGreaterThan(countTrained(small))
    }
    expect(planOf(photographs, '10m').codeSize).toBeGreaterThan(planOf(photographs, '1m').codeSize)
    for (const traits of [digits, sprites, photographs])
      expect(planOf(traits, '1h').spec).toEqual(planOf(traits, '10m').spec)
  })

  it.each(budgetNames)('takes as long as is asked for: %s', (budget) => {
    const { config } = planOf(digits, budget)
    const minute = 60_000
    expect(config.budgetMs).toBe({ '1m': 1, '10m': 10, '1h': 60, auto: 720 }[budget] * minute)
    expect(config.budgetMs).toBe(budgetsMs[budget])
    expect(config.epochs).toBe(mostEpochs)
    if (budget === 'auto') {
      expect(config.schedule.name).toBe('plateau')
      expect(config.patience).toBeGreaterThan(0)
    } else {
      expect(config.schedule).toMatchObject({ name: 'cosine', hold: 0.6 })
      expect(config.patience).toBe(0)
    }
  })

  it('says what to expect of few images, of one, and of images that are all the same', () => {
    const remarksOf = (more: Partial<ImageTraits>) => planOf({ ...digits, ...more }).remarks
    expect(remarksOf({})).toEqual([])
    expect(remarksOf({ images: 50 })).toEqual([])
    expect(remarksOf({ images: 49 })).toEqual(['few-images'])
    expect(remarksOf({ images: 1, equal: true })).toEqual(['one-image'])
    expect(remarksOf({ equal: true })).toEqual(['images-equal'])
    expect(planOf({ ...digits, equal: true }).config.augmentation).toBeNull()
    expect(planOf({ ...digits, images: 10 }).config.validationSplit).toBe(0.2)
    expect(planOf(digits).config.validationSplit).toBe(0.1)
  })
})

const sides = [
  [13, 29],
  [40, 40],
  [8, 8],
  [1, 1],
  [7, 40],
  [41, 43],
  [28, 28],
  [64, 64],
  [300, 17],
] as const
const every = sides.flatMap(([width, height]) =>
  (['drawings', 'photographs'] as const).flatMap((kind) =>
    ([1, 3] as const).map((channels) => ({ width, height, kind, channels })),
  ),
)

describe.each(every)('a plan for $kind of $width × $height × $channels', (shape) => {
  // As they are, which is how images of a dataset come, and as a plan reads them.
  const traits = { ...digits, ...shape }
  const { width, height, channels } = shape
  const asTheyAre: InputShape = { width, height, channels }

  it.each(budgetNames)('can be trained, and starts from the images: %s', (budget) => {
    for (const plan of [planOf(traits, budget), planTraining(traits, asTheyAre, budget, null)]) {
      const { spec, config } = plan
      expect(modelSpecSchema.parse(spec)).toEqual(spec)
      expect(trainingConfigSchema.parse(config)).toEqual(config)
      expect(() => checkTraining(spec, config)).not.toThrow()
      expect(spec.initializer).toBe('pca')
      expect(canStartFromImages(spec)).toBe(true)
      expect(plan).toMatchObject({ budget, traits, codeSize: codeSize(spec) })
    }
    expect(planTraining(traits, asTheyAre, budget, null)).toMatchObject({
      ...{ preprocessing: null, spec: { input: asTheyAre } },
    })
  })
})

describe('the values that a plan starts from', () => {
  it.each([
    [13, 29, 'drawings', 3],
    [13, 29, 'photographs', 3],
    [13, 29, 'drawings', 1],
    [8, 8, 'photographs', 1],
    [1, 1, 'photographs', 3],
  ] as const)('are numbers: %i × %i, %s, %i channels', (width, height, kind, channels) => {
    const { spec } = planOf({ ...digits, width, height, kind, channels })
    const random = randomNumbers(4)
    const images = Float32Array.from({ length: 20 * inputSize(spec.input) }, random)
    const values = initializeFromImages(spec, images)!
    const encoder = Object.entries(values).filter(([name]) => name.endsWith('kernel'))
    expect(encoder.length).toBeGreaterThan(0)
    for (const [, value] of Object.entries(values)) expect(value.every(Number.isFinite)).toBe(true)
    for (const [, kernel] of encoder) expect(kernel.some((value) => value !== 0)).toBe(true)
  })
})
