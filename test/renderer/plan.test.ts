import { afterEach, describe, expect, it, vi } from 'vitest'
import { estimateWords } from '../../src/renderer/components/train/estimateWords'
import { planSentence, remarkWords } from '../../src/renderer/components/train/planWords'
import {
  asProposed,
  draftOf,
  isAsPlanned,
  replanned,
  withBudget,
  withEpochs,
  withPreset,
  withTime,
} from '../../src/renderer/composables/trainDraft'
import { i18n } from '../../src/renderer/i18n'
import type { PresetOption } from '../../src/shared/api/commands'
import { preprocessingSchema } from '../../src/shared/dataset'
import { codeSize, modelSpecSchema } from '../../src/shared/modelSpec'
import type { Budget, ImageTraits, TrainingPlan } from '../../src/shared/plan'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'

/** Node of some versions has none. */
vi.stubGlobal('navigator', { language: 'en-GB' })

const minutes = { '1m': 1, '10m': 10, '1h': 60, auto: null }

/** A plan as the app makes it, for images of a size. */
function planFor(
  side: number,
  { budget = '1m', traits = {} }: { budget?: Budget; traits?: Partial<ImageTraits> } = {},
): TrainingPlan {
  const spec = modelSpecSchema.parse({
    input: { width: side, height: side, channels: 3 },
    encoder: [
      { type: 'conv', filters: 8, stride: 2 },
      { type: 'dense', units: 192 },
    ],
  })
  return {
    ...{ budget, spec, network: 'convolutional', codeSize: codeSize(spec), remarks: [] },
    traits: {
      ...{ images: 312, labels: 0, width: 800, height: 600, channels: 3, kind: 'photographs' },
      ...{ transparent: false, components: 40, equal: false, ...traits },
    },
    preprocessing: preprocessingSchema.parse({ width: side, height: side, color: 'rgb' }),
    config: trainingConfigSchema.parse({
      epochs: 500,
      budgetMs: minutes[budget] && minutes[budget] * 60_000,
      patience: budget === 'auto' ? 12 : 0,
    }),
  }
}
const words = (...args: Parameters<typeof planSentence>) => planSentence(...args).replaceAll('\u00a0', ' ')

describe('the sentence of a plan', () => {
  afterEach(() => (i18n.global.locale.value = 'en'))

  it('says on what, what and for how long, in both languages', () => {
    const draft = draftOf(planFor(64))
    expect(words(draft)).toBe(
      '312 colour photographs: a convolutional network on 64×64, 192 numbers per image, about 1 minute.',
    )
    i18n.global.locale.value = 'de'
    expect(words(draft)).toBe('312 Farbfotos: ein Faltungsnetz auf 64×64, 192 Zahlen je Bild, etwa 1 Minute.')
  })

  it('follows what was changed by hand', () => {
    const draft = draftOf(planFor(64, { traits: { images: 1, kind: 'drawings', channels: 1 } }))
    const spec = modelSpecSchema.parse({
      input: { width: 28, height: 28, channels: 1 },
      encoder: [{ type: 'dense', units: 1 }],
    })
    expect(words(withEpochs({ ...draft, spec }, 20))).toBe(
      'One image of few tones, such as a drawing or a digit: a fully connected network on 28×28, one number per image, 20 epochs.',
    )
    expect(words(withTime(draft, 90_000))).toContain('about 1 min 30 s.')
    expect(words(withBudget(draft, 'auto'))).toContain('until it stops getting better.')
  })

  it('leaves out the code where there is none', () => {
    const plan = planFor(32)
    const spec = { ...plan.spec, decoder: 'convolution' as const, encoder: plan.spec.encoder.slice(0, 1) }
    expect(words({ ...draftOf(plan), spec })).toBe(
      '312 colour photographs: a convolutional network on 32×32, about 1 minute.',
    )
  })

  it('has a remark for few images, one, and equal ones', () => {
    expect(remarkWords('one-image', 1)).toMatch(/^One image only: /)
    expect(remarkWords('few-images', 2)).toMatch(/^2 images only: /)
    expect(remarkWords('images-equal', 10)).toMatch(/^All images are the same: /)
  })
})

describe('a draft under a new plan', () => {
  const first = planFor(64)

  it('follows it where nothing was changed', () => {
    const next = replanned(draftOf(first), planFor(32))
    expect(next.spec.input.width).toBe(32)
    expect(isAsPlanned(next)).toBe(true)
    expect(next.isReplaced).toBe(false)
  })

  it('keeps a network of its own that still fits, with the new time', () => {
    const own = { ...draftOf(first), spec: { ...first.spec, tying: 'untied' as const } }
    const next = replanned(withBudget(own, '10m'), planFor(64, { budget: '10m' }))
    expect(next.spec.tying).toBe('untied')
    expect(next.config.budgetMs).toBe(600_000)
    expect(isAsPlanned(next)).toBe(false)
  })

  it('replaces a network that does not take these images, and says so', () => {
    const own = { ...draftOf(first), spec: { ...first.spec, tying: 'untied' as const } }
    const next = replanned(own, planFor(32))
    expect(next).toMatchObject({ isReplaced: true, spec: { tying: 'tied', input: { width: 32 } } })
    expect(isAsPlanned(next)).toBe(true)
  })

  it('keeps settings of its own beside the network that is proposed', () => {
    const own = { ...draftOf(first), config: { ...first.config, batchSize: 7 } }
    const next = replanned(own, planFor(32))
    expect(next).toMatchObject({
      isReplaced: false,
      spec: { input: { width: 32 } },
      config: { batchSize: 7 },
    })
  })

  it('keeps epochs that were chosen', () => {
    const next = replanned(withEpochs(draftOf(first), 3), planFor(32))
    expect(next).toMatchObject({ budget: null, config: { epochs: 3, budgetMs: null } })
    expect(isAsPlanned(next)).toBe(true)
  })

  it('counts passes through all images, however large the epochs of a time are', () => {
    const plan = planFor(28)
    const timed = draftOf({ ...plan, config: { ...plan.config, imagesPerEpoch: 12_000 } })
    const counted = withEpochs(timed, 3)
    expect(counted.config.imagesPerEpoch).toBeNull()
    expect(isAsPlanned(counted)).toBe(true)
    expect(asProposed(counted).config.imagesPerEpoch).toBeNull()
    expect(withBudget(counted, timed.budget!)).toEqual(timed)
  })
})

describe('a preset', () => {
  const plan = planFor(28, { budget: '10m' })
  const spec = modelSpecSchema.parse({
    input: { width: 28, height: 28, channels: 3 },
    encoder: [{ type: 'dense', units: 32 }],
  })
  const config = trainingConfigSchema.parse({ epochs: 40, batchSize: 5 })
  const preset: PresetOption = { name: 'p', summary: '', spec, config, suits: 'any', remarks: [] }

  it('is trained for the time that was chosen, and for its own epochs where those are counted', () => {
    expect(withPreset(draftOf(plan), preset).config).toMatchObject({ batchSize: 5, budgetMs: 600_000 })
    const counted = withPreset(withEpochs(draftOf(plan), 3), preset)
    expect(counted.config).toMatchObject({ batchSize: 5, budgetMs: null, epochs: 40 })
  })

  it('gives way to the proposal again', () => {
    const again = asProposed(withPreset(draftOf(plan), preset))
    expect(again).toEqual(draftOf(plan))
  })
})

describe('the words of an estimate', () => {
  const config = trainingConfigSchema.parse({ epochs: 10, budgetMs: 60_000 })

  it('says how many epochs fit into the time', () => {
    expect(estimateWords({ epochMs: 500 }, config, '1m')).toBe('About 1 min: some 120 epochs.')
    expect(estimateWords({ epochMs: 90_000 }, config, '1m')).toBe(
      'One epoch alone takes about 1 min 30 s, longer than 1 min.',
    )
  })

  it('says how long epochs take', () => {
    expect(estimateWords({ epochMs: 500 }, { ...config, budgetMs: null }, null)).toBe(
      'About 500 ms an epoch, 5 s in all.',
    )
    expect(estimateWords({ epochMs: 500 }, { ...config, budgetMs: null }, 'auto')).toMatch(/^About 500 ms/)
  })
})
