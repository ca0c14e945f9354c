import { computed, type Ref, watch } from 'vue'
import { modelSpecSchema } from '../../shared/modelSpec'
import { trainingConfigSchema } from '../../shared/trainingConfig'
import { client } from '../api/client'
import type { TrainDraft } from '../stores/useTrainDrafts'
import { useLatest } from './useLatest'

/** What keeps a draft from being trained, a sentence each. */
export function problemsOf({ spec, config }: TrainDraft): string[] {
  const parsed = [modelSpecSchema.safeParse(spec), trainingConfigSchema.safeParse(config)]
  return parsed.flatMap(({ error }) => error?.issues.map(({ message }) => message) ?? [])
}

/** What is wrong with a draft and, where nothing is, how long it would take, measured anew when that may change. */
export function useTrainingEstimate(dataset: Ref<string | undefined>, draft: Ref<TrainDraft | undefined>) {
  const problems = computed(() => (draft.value ? problemsOf(draft.value) : []))

  const estimate = useLatest(
    ({ compute, spec, config }: TrainDraft) =>
      client.invoke('training.estimate', {
        dataset: dataset.value!,
        spec,
        config,
        ...(compute === 'auto' ? {} : compute),
      }),
    700,
  )
  /** What the speed depends on: not on how many epochs there are. */
  const measured = computed(() => {
    if (!draft.value || problems.value.length > 0) return null
    const { spec, config, compute } = draft.value
    const { batchSize, optimizer, noise, validationSplit, patches, augmentation } = config
    return JSON.stringify([
      spec,
      batchSize,
      optimizer.name,
      optimizer.clipNorm,
      noise,
      validationSplit,
      patches,
      augmentation,
      compute,
    ])
  })
  watch(measured, (now) => now && estimate.request(draft.value!), { immediate: true })

  return { problems, estimate }
}
