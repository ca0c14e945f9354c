import type { TrainingPlan } from '../../shared/plan'
import type { FindingKind } from '../../shared/run'
import type { Verdict } from '../../shared/verdict'

const times = {
  '1m': 'about 1 minute',
  '10m': 'about 10 minutes',
  '1h': 'about an hour',
  auto: 'until it stops getting better',
} as const

const remarkSentences = {
  'one-image': 'There is one image only, which can be learned by heart and nothing else.',
  'few-images': 'There are few images, so expect rough results on others.',
  'images-equal': 'All images are the same, so there is nothing to tell apart.',
} as const

/** A plan as one sentence, with what there is to say of it. */
export function describePlan({ traits, spec, network, codeSize, budget, remarks }: TrainingPlan): string {
  const { images, channels, kind } = traits
  const what = kind === 'photographs' ? 'photograph' : 'drawing'
  const counted = `${images.toLocaleString('en')} ${channels === 3 ? 'colour' : 'grey'} ${what}${images === 1 ? '' : 's'}`
  const { width, height } = spec.input
  const article = network === 'dense' ? 'a dense network' : 'a convolutional network'
  const plan = `${counted}: ${article} on ${width}×${height}, ${codeSize} numbers per image, ${times[budget]}.`
  return [plan, ...remarks.map((remark) => remarkSentences[remark])].join(' ')
}

/** @param gain in dB above PCA */
export function verdictSentence(verdict: Verdict, gain: number | null, components: number): string {
  const pca = `PCA with ${components} ${components === 1 ? 'number' : 'numbers'}`
  switch (verdict) {
    case 'good':
      return `That is better than ${pca} by ${gain!.toFixed(1)} dB.`
    case 'below-pca':
      return `That is not yet better than ${pca}, which is ${(-gain!).toFixed(1)} dB ahead: train longer.`
    case 'useless':
      return 'That is no better than the same picture for everything: it has learned nothing.'
    case 'unknown':
      return 'There is nothing to compare that with.'
  }
}

const findingSentences: Record<FindingKind, string> = {
  collapsed: 'It gives back the same picture for everything. Start again with a lower learning rate.',
  'dead-units':
    'More than half of the numbers of the code never change. Start again with leaky ReLU, or fewer numbers.',
  saturated:
    'Most numbers of the code lie at the ends of their range. Start again with ReLU, or a lower learning rate.',
  diverged: 'The loss has grown beyond all bounds. Start again with a lower learning rate.',
  'rate-too-high': 'The loss jumps up and down instead of falling. Start again with a lower learning rate.',
  overfitting: 'It learns the training images by heart. More images, or a smaller network, would help.',
  'images-equal': 'All images are the same, so there is nothing to tell apart.',
}

export const findingSentence = (kind: FindingKind): string => findingSentences[kind]
