import { type Ref, shallowRef, watch } from 'vue'
import type { DatasetDetail } from '../../shared/api/library'
import { client } from '../api/client'
import { useDatasetsStore } from '../stores/useDatasetsStore'

/** All there is to know of a dataset, asked for again whenever its summary changes. */
export function useDatasetDetail(id: Ref<string | undefined>) {
  const store = useDatasetsStore()
  const detail = shallowRef<DatasetDetail | null>(null)
  const failure = shallowRef<Error | null>(null)
  let asked = 0

  async function refresh(): Promise<void> {
    const current = ++asked
    if (!id.value) return void (detail.value = null)
    if (detail.value?.id !== id.value) detail.value = null
    try {
      const answer = await client.invoke('datasets.get', { id: id.value })
      if (current !== asked) return
      detail.value = answer
      failure.value = null
    } catch (error) {
      if (current !== asked) return
      // An import that came to nothing takes its dataset along.
      detail.value = null
      failure.value = error as Error
    }
  }
  watch([id, () => id.value && store.items.get(id.value)], refresh, { immediate: true })
  return { detail, failure, refresh }
}
