import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ComputeChoice } from '../../shared/api/settings'
import type { ModelSpec } from '../../shared/modelSpec'
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
}

/** Drafts by dataset, so that leaving the screen loses nothing. */
export const useTrainDrafts = defineStore('trainDrafts', () => {
  const drafts = shallowRef<ReadonlyMap<string, TrainDraft>>(new Map())
  const set = (dataset: string, draft: TrainDraft) =>
    void (drafts.value = new Map(drafts.value).set(dataset, draft))
  return { drafts, set }
})
