import { describe, expect, it } from 'vitest'
import { budgetNames, type ImageTraits } from '../../../src/shared/plan'
import { findingKinds } from '../../../src/shared/run'
import { describePlan, findingSentence, verdictSentence } from '../../../src/main/cli/describePlan'
import { planTraining } from '../../../src/main/features/training/planTraining'

const digits: ImageTraits = {
  ...{ images: 1234, labels: 10, width: 28, height: 28, channels: 1, kind: 'drawings' },
  ...{ transparent: false, components: 40, equal: false },
}
const planOf = (more: Partial<ImageTraits>, size = 28, budget: (typeof budgetNames)[number] = '1m') => {
  const traits = { ...digits, ...more }
  return planTraining(traits, { width: size, height: size, channels: traits.channels }, budget, null)
}

describe('describePlan', () => {
  it('says what the images are, what is trained on them and for how long', () => {
    expect(describePlan(planOf({}))).toBe(
      '1,234 grey drawings: a dense network on 28×28, 24 numbers per image, about 1 minute.',
    )
    const photographs = { kind: 'photographs', channels: 3, width: 640, height: 480 } as const
    const plan = planOf(photographs, 64, '1h')
    expect(describePlan(plan)).toBe(
      `1,234 colour photographs: a convolutional network on 64×64, ${plan.codeSize} numbers per image, about an hour.`,
    )
  })

  it('says the time of each budget', () => {
    const said = budgetNames.map((budget) => describePlan(planOf({}, 28, budget)))
    expect(said.map((sentence) => /per image, (.*)\.$/.exec(sentence)![1])).toEqual([
      'about 1 minute',
      'about 10 minutes',
      'about an hour',
      'until it stops getting better',
    ])
  })

  it('says what to expect', () => {
    expect(describePlan(planOf({ images: 1 }))).toMatch(
      /^1 grey drawing: .* minute\. There is one image only, which can be learned by heart and nothing else\.$/,
    )
    expect(describePlan(planOf({ images: 12 }))).toMatch(
      / minute\. There are few images, so expect rough results on others\.$/,
    )
    expect(describePlan(planOf({ equal: true }))).toMatch(
      / minute\. All images are the same, so there is nothing to tell apart\.$/,
    )
  })
})

describe('verdictSentence', () => {
  it.each([
    ['good', 1.26, 24, 'That is better than PCA with 24 numbers by 1.3 dB.'],
    ['good', 0.5, 1, 'That is better than PCA with 1 number by 0.5 dB.'],
    [
      'below-pca',
      -2.04,
      24,
      'That is not yet better than PCA with 24 numbers, which is 2.0 dB ahead: train longer.',
    ],
    ['useless', -9, 24, 'That is no better than the same picture for everything: it has learned nothing.'],
    ['unknown', null, 24, 'There is nothing to compare that with.'],
  ] as const)('of a model that is %s, by %d dB', (verdict, gain, components, sentence) => {
    expect(verdictSentence(verdict, gain, components)).toBe(sentence)
  })
})

describe('findingSentence', () => {
  it('has a sentence of its own for each finding', () => {
    const sentences = findingKinds.map(findingSentence)
    expect(new Set(sentences).size).toBe(findingKinds.length)
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/)
  })
})
