import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { Params } from '../../shared/api/commands'
import { defaultBudget } from '../../shared/plan'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { type TrainDraft, useTrainDrafts } from '../stores/useTrainDrafts'
import { draftOf, replanned } from './trainDraft'

export type PlanSource = Params<'training.plan'>['source']

interface Question {
  readonly key: string
  readonly source: PlanSource
  readonly budget: NonNullable<Params<'training.plan'>['budget']>
}

/** A plan is asked for anew once nothing has changed for so long. */
const pauseMs = 250

/**
 * The draft of a run under a key, begun with a plan for the images, and kept in step with the plan when the images, how
 * they are read, or the time changes.
 */
export function usePlannedDraft(key: Ref<string | undefined>, source: Ref<PlanSource | undefined>) {
  const drafts = useTrainDrafts()
  const draft = computed(() => (key.value === undefined ? undefined : drafts.drafts.get(key.value)))
  const change = (changes: Partial<TrainDraft>) => {
    if (key.value !== undefined && draft.value) drafts.set(key.value, { ...draft.value, ...changes })
  }

  const budget = computed(() => draft.value?.budget ?? draft.value?.plan.budget ?? defaultBudget)
  /** The question whose answer counts, as JSON, so that asking the same again is seen. */
  const wanted = computed(() =>
    key.value === undefined || !source.value
      ? null
      : JSON.stringify({ key: key.value, source: source.value, budget: budget.value } satisfies Question),
  )
  const answered = shallowRef<string | null>(null)
  const error = shallowRef<Error | null>(null)
  /** Whether the draft is about to change, so that it should not be started yet. */
  const isPlanning = computed(() => wanted.value !== null && answered.value !== wanted.value)

  async function ask(question: string): Promise<void> {
    const { key, source, budget } = JSON.parse(question) as Question
    try {
      const plan = await client.invoke('training.plan', { source, budget })
      if (wanted.value !== question) return
      const before = drafts.drafts.get(key)
      drafts.set(key, before ? replanned(before, plan) : draftOf(plan))
      error.value = null
    } catch (failure) {
      if (wanted.value !== question) return
      error.value = failure as Error
    }
    answered.value = question
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    wanted,
    (question, before) => {
      clearTimeout(timer)
      error.value = null
      if (question !== null)
        timer = setTimeout(() => inBackground(ask(question)), before === undefined ? 0 : pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))

  return { draft, change, isPlanning, error }
}
