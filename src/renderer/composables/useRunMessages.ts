import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { outcomeOf, type Verdict } from '../../shared/verdict'
import { inBackground } from '../../shared/inBackground'
import { useRunsStore } from '../stores/useRunsStore'
import { type Toast, useToasts } from './useToasts'

const toastKinds: Readonly<Record<Verdict, Toast['kind']>> = {
  good: 'success',
  'below-pca': 'info',
  useless: 'error',
  unknown: 'info',
}

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
        if (run.state === 'training' || run.state === 'waiting') closeCause(causeOf(run.id))
        const wasTraining = ['training', 'waiting'].includes(before.get(run.id)?.state ?? '')
        const isShown = router.currentRoute.value.params.id === run.id
        if (!wasTraining || isShown || !['done', 'failed', 'interrupted'].includes(run.state)) continue
        // Of an experiment the page says what follows from all of its runs together.
        if (run.experiment && run.state === 'done') continue
        const open = () => inBackground(router.push({ name: 'run', params: { id: run.id } }))
        const outcome = outcomeOf(run)
        const kind = outcome === null ? 'error' : toastKinds[outcome]
        const text = outcome ? `run.overAs.${outcome}` : `run.over.${run.state}`
        const action = { label: t('common.open'), run: open }
        show(kind, t(text, { name: run.name }), action, { cause: causeOf(run.id) })
      }
    },
  )
}
