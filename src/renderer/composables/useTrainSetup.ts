import { computed, type Ref, shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'
import type { PresetOption } from '../../shared/api/commands'
import type { ModelSpec } from '../../shared/modelSpec'
import { defaultPreset } from '../../shared/presets'
import type { TrainingConfig } from '../../shared/trainingConfig'
import { client } from '../api/client'
import { type TrainDraft, useTrainDrafts } from '../stores/useTrainDrafts'
import { useCommand } from './useCommand'
import { useRepeatName } from './useRepeatName'
import { useTrainingEstimate } from './useTrainingEstimate'

/** Setting up a run on a dataset: presets, the draft, what is wrong with it, and how long it would take. */
export function useTrainSetup(dataset: Ref<string | undefined>) {
  const route = useRoute()
  const drafts = useTrainDrafts()
  const presets = shallowRef<readonly PresetOption[]>([])
  const draft = computed(() => (dataset.value ? drafts.drafts.get(dataset.value) : undefined))
  const change = (changes: Partial<TrainDraft>) => {
    if (dataset.value && draft.value) drafts.set(dataset.value, { ...draft.value, ...changes })
  }
  const spec = computed({
    get: () => draft.value!.spec,
    set: (next: ModelSpec) => change({ spec: next }),
  })
  const config = computed({
    get: () => draft.value!.config,
    set: (next: TrainingConfig) => change({ config: next }),
  })
  /** The preset as it is, or null once it was changed. */
  const unchangedPreset = computed(() => {
    const preset = presets.value.find(({ name }) => name === draft.value?.preset)
    const isSame = preset && JSON.stringify(preset.spec) === JSON.stringify(draft.value?.spec)
    return isSame ? preset.name : null
  })
  const remarks = computed(
    () => presets.value.find(({ name }) => name === unchangedPreset.value)?.remarks ?? [],
  )

  const named = useRepeatName(dataset, draft, change)

  const choose = (preset: PresetOption) =>
    change({ spec: preset.spec, config: preset.config, preset: preset.name, from: null })

  const { run: load, failure } = useCommand(async (id: string) => {
    presets.value = await client.invoke('training.presets', { dataset: id })
    const usual = presets.value.find(({ name }) => name === defaultPreset) ?? presets.value[0]!
    if (!drafts.drafts.has(id))
      drafts.set(id, {
        ...{ spec: usual.spec, config: usual.config, preset: usual.name },
        ...{ name: '', compute: 'auto', from: null },
      })
    const asked = presets.value.find(({ name }) => name === route.query.preset)
    if (asked) choose(asked)
    if (typeof route.query.run === 'string') await repeat(route.query.run)
    if (typeof route.query.from === 'string') await startFrom(route.query.from)
  })
  /** A run that has been made already, to be changed. */
  async function repeat(id: string): Promise<void> {
    const run = await client.invoke('runs.get', { id })
    change({ spec: run.spec, config: run.config, preset: run.preset, from: null })
    named.follow(run)
  }
  async function startFrom(id: string): Promise<void> {
    const model = await client.invoke('models.get', { id })
    change({ spec: model.spec, preset: null, from: id })
  }
  watch(dataset, (id) => id && void load(id), { immediate: true })

  const { problems, estimate } = useTrainingEstimate(dataset, draft)

  return {
    presets,
    draft,
    change,
    spec,
    config,
    unchangedPreset,
    remarks,
    choose,
    problems,
    estimate,
    failure,
  }
}
