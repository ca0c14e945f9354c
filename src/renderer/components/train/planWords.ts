import { codeSize, hasCode } from '../../../shared/modelSpec'
import type { PlanRemark } from '../../../shared/plan'
import { formatCount, formatDuration } from '../../composables/format'
import { i18n } from '../../i18n'
import type { TrainDraft } from '../../stores/useTrainDrafts'

type Worded = Pick<TrainDraft, 'spec' | 'config' | 'budget' | 'plan'>

/** What will be trained, on what and for how long, in one sentence. */
export function planSentence(draft: Worded): string {
  const { t } = i18n.global
  const { spec, config, plan } = draft
  const { images, kind, channels } = plan.traits
  const { width, height } = spec.input
  const numbers = hasCode(spec) ? codeSize(spec) : 0
  const isConvolutional = spec.encoder.some(({ type }) => type === 'conv') || spec.network !== undefined
  const params = {
    images: t(
      `train.plan.images.${plan.pairs ? 'pairs' : kind}.${channels === 3 ? 'rgb' : 'grey'}`,
      { n: formatCount(images) },
      images,
    ),
    network: t(`train.plan.network.${isConvolutional ? 'convolutional' : 'dense'}`),
    size: t(config.patches ? 'train.plan.patches' : 'train.plan.size', { width, height }),
    numbers: t('train.plan.numbers', { n: formatCount(numbers) }, numbers),
    length: lengthWords(draft),
  }
  return t(numbers === 0 ? 'train.plan.sentenceWithoutCode' : 'train.plan.sentence', params)
}

/** About 1 minute; 20 epochs; until it stops getting better. */
function lengthWords({ budget, config }: Worded): string {
  const { t } = i18n.global
  if (budget !== null) return t(`train.plan.length.${budget}`)
  if (config.budgetMs !== null) return t('train.plan.about', { time: formatDuration(config.budgetMs) })
  return t('train.plan.epochs', { n: formatCount(config.epochs) }, config.epochs)
}

/** What to expect of so few images, or of equal ones. */
export const remarkWords = (remark: PlanRemark, images: number): string =>
  i18n.global.t(`train.plan.remark.${remark}`, { n: formatCount(images) })
