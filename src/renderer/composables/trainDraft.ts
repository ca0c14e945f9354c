import type { PresetOption } from '../../shared/api/commands'
import { fitsDataset } from '../../shared/checkDatasetFits'
import type { InputShape } from '../../shared/modelSpec'
import type { Budget, TrainingPlan } from '../../shared/plan'
import type { TrainingConfig } from '../../shared/trainingConfig'
import type { TrainDraft } from '../stores/useTrainDrafts'

/** The draft that a plan proposes. */
export const draftOf = (plan: TrainingPlan): TrainDraft => ({
  spec: plan.spec,
  config: plan.config,
  budget: plan.budget,
  plan,
  preset: null,
  name: '',
  compute: 'auto',
  from: null,
  isReplaced: false,
})

/** Settings with the length of others: their time, their epochs and how large those are, and when they stop early. */
function withLength(config: TrainingConfig, like: TrainingConfig): TrainingConfig {
  const { epochs, imagesPerEpoch, budgetMs, patience } = like
  return { ...config, epochs, imagesPerEpoch, budgetMs, patience }
}

/** Whether two values are the same as JSON. Both come out of the same schema, so their keys are in one order. */
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Whether network and settings, apart from the length, are those of the plan. */
export const isAsPlanned = ({ spec, config, from, plan }: TrainDraft): boolean =>
  from === null && isSame(spec, plan.spec) && isSame(withLength(config, plan.config), plan.config)

/** The size of the images that a plan is for, or null where it does not say: patches are less than an image. */
function sizeOfImages({ preprocessing, spec, config }: TrainingPlan): InputShape | null {
  if (!preprocessing) return config.patches ? null : spec.input
  const { width, height, color } = preprocessing
  return { width, height, channels: color === 'rgb' ? 3 : 1 }
}

/**
 * A draft under a new plan: what was left as it was proposed follows the plan, what was chosen by hand stays as long as
 * it takes these images, and `isReplaced` says where it did not.
 */
export function replanned(draft: TrainDraft, plan: TrainingPlan): TrainDraft {
  const { spec, config, from, budget } = draft
  const length = budget === null ? config : plan.config
  const next = { ...draft, plan, isReplaced: false }
  const own = { spec: plan.spec, preset: null, from: null }
  if (isAsPlanned(draft)) return { ...next, ...own, config: withLength(plan.config, length) }
  const images = sizeOfImages(plan)
  const fits = images === null || fitsDataset(images, spec.input, config.patches)
  if (fits && (from !== null || !isSame(spec, draft.plan.spec)))
    return { ...next, config: withLength(config, length) }
  // The network is the one proposed, and the settings alone are the person's own.
  if (from === null && isSame(spec, draft.plan.spec))
    return { ...next, ...own, config: withLength(config, length) }
  return { ...next, ...own, config: withLength(plan.config, length), isReplaced: true }
}

/** Another time. A plan for it may have to be made first: what is proposed depends on the time. */
export function withBudget(draft: TrainDraft, budget: Budget): TrainDraft {
  const isPlanned = draft.plan.budget === budget
  return {
    ...draft,
    budget,
    config: isPlanned ? withLength(draft.config, draft.plan.config) : draft.config,
  }
}

/** So many epochs instead of a time. Each of them is one pass through all images, as the word says. */
export const withEpochs = (draft: TrainDraft, epochs: number): TrainDraft => ({
  ...draft,
  budget: null,
  config: { ...draft.config, epochs, imagesPerEpoch: null, budgetMs: null, patience: 0 },
})

/** A time of one's own. */
export const withTime = (draft: TrainDraft, budgetMs: number): TrainDraft => ({
  ...draft,
  budget: null,
  config: { ...draft.config, budgetMs, patience: 0 },
})

/** A preset in the time that was chosen, or for its own epochs where epochs are counted. */
export function withPreset(draft: TrainDraft, preset: PresetOption): TrainDraft {
  const { budget, config, plan } = draft
  const isTimed = budget !== null || config.budgetMs !== null
  const length = budget === null ? config : plan.config
  return {
    ...draft,
    spec: preset.spec,
    preset: preset.name,
    from: null,
    isReplaced: false,
    config: isTimed ? withLength(preset.config, length) : preset.config,
  }
}

/** What was proposed, in the time or the epochs that were chosen. */
export const asProposed = (draft: TrainDraft): TrainDraft => ({
  ...draft,
  spec: draft.plan.spec,
  preset: null,
  from: null,
  isReplaced: false,
  config: withLength(draft.plan.config, draft.budget === null ? draft.config : draft.plan.config),
})
