import { until } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import type { Params } from '../../shared/api/commands'
import { client } from '../api/client'
import { useJobsStore } from '../stores/useJobsStore'
import type { TrainDraft } from '../stores/useTrainDrafts'
import { useCommand } from './useCommand'

/** Starts what was set up, and goes to its page at once. */
export function useStartTraining() {
  const router = useRouter()
  const jobs = useJobsStore()
  /** The dataset whose import the training waits for. */
  const importing = shallowRef<string | null>(null)

  async function begin(dataset: string, draft: TrainDraft): Promise<void> {
    const { spec, config, preset, name, compute, from } = draft
    const { id } = await client.invoke('training.start', {
      ...{ dataset, spec, config, preset },
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(from === null ? {} : { from }),
      ...(compute === 'auto' ? {} : compute),
    })
    await router.push({ name: 'run', params: { id } })
  }
  const start = useCommand(begin)

  /** Imports images and trains on them. `imported` is called once nothing more is asked of the person. */
  const importAndStart = useCommand(
    async (images: Params<'datasets.import'>, draft: TrainDraft, imported: () => void) => {
      const { id, job } = await client.invoke('datasets.import', images)
      importing.value = id
      try {
        const ended = await until(() => jobs.items.get(job)?.state).toMatch(
          (state) => state === 'done' || state === 'failed' || state === 'cancelled',
        )
        // A failure is told by the list of jobs, whichever page is open by then.
        if (ended !== 'done') return
        await begin(id, draft)
        imported()
      } finally {
        importing.value = null
      }
    },
  )
  const busy = computed(() => start.busy.value || importAndStart.busy.value)
  return { start: start.run, importAndStart: importAndStart.run, importing, busy }
}
