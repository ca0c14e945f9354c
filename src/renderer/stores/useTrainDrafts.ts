import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ComputeChoice } from '../../shared/api/settings'
import type { ModelSpec } from '../../shared/modelSpec'
import type { Budget, TrainingPlan } from '../../shared/plan'
import type { TrainingConfig } from '../../shared/trainingConfig'

/** A run that is being set up. */
export interface TrainDraft {
  readonly spec: ModelSpec
  readonly config: TrainingConfig
  readonly preset: string | null
  readonly name: string
  readonly compute: ComputeChoice
  /** A model whose weights it starts from. */
  readonly from: string | null
  /** How long it may take, in plain words; null where the epochs, or another time, were set by hand. */
  readonly budget: Budget | null
  /** What was proposed for these images: whatever differs from it was chosen by hand. */
  readonly plan: TrainingPlan
  /** Whether a network of the person's own had to give way because it did not fit these images any more. */
  readonly isReplaced: boolean
}

/** The key of a draft for images that are still to be imported. No id of a dataset has a space in it. */
export const newDataset = 'new dataset'

/** Drafts by dataset, so that leaving the screen loses nothing. */
export const useTrainDrafts = defineStore('trainDrafts', () => {
  const drafts = shallowRef<ReadonlyMap<string, TrainDraft>>(new Map())
  const set = (dataset: string, draft: TrainDraft) =>
    void (drafts.value = new Map(drafts.value).set(dataset, draft))
  function remove(dataset: string): void {
    drafts.value = new Map([...drafts.value].filter(([key]) => key !== dataset))
  }
  return { drafts, set, remove }
})
