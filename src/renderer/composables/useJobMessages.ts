import { watch } from 'vue'
import { useJobsStore } from '../stores/useJobsStore'
import { useToasts } from './useToasts'

/** Says why a job failed, wherever the person is by then. */
export function useJobMessages(): void {
  const jobs = useJobsStore()
  const { show, closeCause } = useToasts()
  const told = new Set<string>()
  let isFirst = true
  watch(
    () => jobs.all,
    (all) => {
      for (const { id, kind, subject, state, error } of all) {
        if ((state !== 'failed' && state !== 'done') || told.has(id)) continue
        told.add(id)
        const cause = `${kind} ${subject}`
        // What had failed before this page was opened is no news. What failed and has succeeded since is none either.
        if (state === 'done') closeCause(cause)
        else if (!isFirst && error) show('error', error, undefined, { cause })
      }
      if (jobs.loaded) isFirst = false
    },
    { immediate: true },
  )
}
