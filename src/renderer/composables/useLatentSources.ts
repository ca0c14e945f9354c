import { computed, toRef, watch } from 'vue'
import { useRouter } from 'vue-router'
import { useLatentStore } from '../stores/useLatentStore'
import { useModelsStore } from '../stores/useModelsStore'
import { inBackground } from '../../shared/inBackground'

/** Which model and datasets the screen shows: those of its address, else those of the last time. */
export function useLatentSources(props: { readonly model?: string; readonly datasets?: readonly string[] }) {
  const router = useRouter()
  const models = useModelsStore()
  const store = useLatentStore()
  const model = toRef(() => props.model || null)
  /** Those of the address; else what the model learned from. */
  const datasets = computed<readonly string[]>((before) => {
    const own = models.items.get(props.model ?? '')?.trainedOn.datasetId
    const now = props.datasets?.length ? props.datasets : own ? [own] : []
    return before?.join() === now.join() ? before : now
  })

  function show(id: string | null, ids: readonly string[]): void {
    inBackground(
      router.replace({
        name: 'latent',
        params: { model: id ?? '' },
        query: ids.length === 0 ? {} : { datasets: ids.join(',') },
      }),
    )
  }
  function choose(id: string | null, ids: readonly string[]): void {
    if (id === null) store.last = null
    show(id, id === model.value ? ids : [])
  }
  watch(
    [model, () => props.datasets, () => models.loaded],
    ([now, ids]) => {
      const { last } = store
      if (now !== null) store.last = { model: now, datasets: ids ?? [] }
      else if (last && models.items.has(last.model)) show(last.model, last.datasets)
    },
    { immediate: true },
  )
  return { model, datasets, choose }
}
