import { until } from '@vueuse/core'
import { computed, type Ref, shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'
import type { PresetOption } from '../../shared/api/commands'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { withPreset } from './trainDraft'
import { draftWithQuery } from './trainQuery'
import { useCommand } from './useCommand'
import { usePlannedDraft } from './usePlannedDraft'
import { useRepeatName } from './useRepeatName'
import { useTrainingEstimate } from './useTrainingEstimate'

/** Setting up a run on a dataset: its plan, the presets, what is wrong with the draft, and how long it would take. */
export function useTrainSetup(dataset: Ref<string | undefined>) {
  const route = useRoute()
  const presets = shallowRef<readonly PresetOption[]>([])
  const source = computed(() => (dataset.value ? { dataset: dataset.value } : undefined))
  const { draft, change, isPlanning, error } = usePlannedDraft(dataset, source)

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
  const choose = (preset: PresetOption) => draft.value && change(withPreset(draft.value, preset))

  const {
    run: load,
    busy: isLoading,
    failure,
  } = useCommand(async (id: string) => {
    presets.value = await client.invoke('training.presets', { dataset: id })
    await until(isPlanning).toBe(false)
    if (dataset.value !== id) return
    const asked = presets.value.find(({ name }) => name === route.query.preset)
    if (asked) choose(asked)
    if (asked && draft.value) change(draftWithQuery(draft.value, route.query))
    if (typeof route.query.run === 'string') await repeat(route.query.run)
    if (typeof route.query.from === 'string') await startFrom(route.query.from)
  })
  /** A run that has been made already, to be changed: as many epochs, or as long, as it had. */
  async function repeat(id: string): Promise<void> {
    const run = await client.invoke('runs.get', { id })
    const { spec, config, preset } = run
    change({ spec, config, preset, from: null, budget: null, isReplaced: false })
    named.follow(run)
  }
  async function startFrom(id: string): Promise<void> {
    const model = await client.invoke('models.get', { id })
    change({ spec: model.spec, preset: null, from: id, isReplaced: false })
  }
  watch(dataset, (id) => id && inBackground(load(id)), { immediate: true })

  const { problems, estimate } = useTrainingEstimate(dataset, draft)

  return {
    presets,
    draft,
    change,
    isPlanning,
    /** Until what was asked for is there: what another run had comes after the plan. */
    isPreparing: computed(() => isPlanning.value || isLoading.value),
    unchangedPreset,
    remarks,
    choose,
    problems,
    estimate,
    failure: computed(() => failure.value ?? error.value),
  }
}
