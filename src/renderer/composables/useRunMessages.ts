import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useRunsStore } from '../stores/useRunsStore'
import { useToasts } from './useToasts'

const causeOf = (run: string) => `run ${run}`

/** Says that a training is over to a person who looks at another screen. */
export function useRunMessages(): void {
  const { t } = useI18n()
  const router = useRouter()
  const runs = useRunsStore()
  const { show, closeCause } = useToasts()
  // Who looks at the run sees what has become of it.
  router.afterEach(({ name, params }) => {
    if (name === 'run') closeCause(causeOf(String(params.id)))
  })
  watch(
    () => runs.items,
    (now, before) => {
      for (const run of now.values()) {
        // Resumed: it has neither failed nor ended.
        if (run.state === 'training') closeCause(causeOf(run.id))
        const wasTraining = before.get(run.id)?.state === 'training'
        const isShown = router.currentRoute.value.params.id === run.id
        if (!wasTraining || isShown || !['done', 'failed', 'interrupted'].includes(run.state)) continue
        const open = () => void router.push({ name: 'run', params: { id: run.id } })
        const kind = run.state === 'done' ? 'success' : 'error'
        show(
          kind,
          t(`run.over.${run.state}`, { name: run.name }),
          { label: t('common.open'), run: open },
          { cause: causeOf(run.id) },
        )
      }
    },
  )
}
