import { watch } from 'vue'
import { useJobsStore } from '../stores/useJobsStore'
import { useToasts } from './useToasts'

/** Says why a job failed, wherever the person is by then. */
export function useJobMessages(): void {
  const jobs = useJobsStore()
  const { show } = useToasts()
  const told = new Set<string>()
  let isFirst = true
  watch(
    () => jobs.all,
    (all) => {
      for (const { id, state, error } of all) {
        if (state !== 'failed' || told.has(id)) continue
        told.add(id)
        // What had failed before this page was opened is no news.
        if (!isFirst && error) show('error', error)
      }
      if (jobs.loaded) isFirst = false
    },
    { immediate: true },
  )
}
