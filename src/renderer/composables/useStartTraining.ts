import { until } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { type RouteLocationRaw, useRouter } from 'vue-router'
import type { Params } from '../../shared/api/commands'
import { client } from '../api/client'
import { useJobsStore } from '../stores/useJobsStore'
import { type TrainDraft, useTrainDrafts } from '../stores/useTrainDrafts'
import { useCommand } from './useCommand'

/** Starts what was set up, and goes to its page at once. */
export function useStartTraining() {
  const router = useRouter()
  const jobs = useJobsStore()
  const drafts = useTrainDrafts()
  /** The dataset whose import the training waits for. */
  const importing = shallowRef<string | null>(null)

  async function begin(dataset: string, draft: TrainDraft): Promise<RouteLocationRaw> {
    const { spec, config, preset, name, compute, from } = draft
    const { id } = await client.invoke('training.start', {
      ...{ dataset, spec, config, preset },
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(from === null ? {} : { from }),
      ...(compute === 'auto' ? {} : compute),
    })
    return { name: 'run', params: { id } }
  }
  const start = useCommand(async (dataset: string, draft: TrainDraft) => {
    await router.push(await begin(dataset, draft))
  })

  /** Imports images and trains on them. `done` is called once there is nothing left to import. */
  const importAndStart = useCommand(
    async (images: Params<'datasets.import'>, draft: TrainDraft, done: () => unknown) => {
      const { id, job } = await client.invoke('datasets.import', images)
      importing.value = id
      /** Nobody who has gone elsewhere meanwhile is fetched back. */
      const goTo = async (page: RouteLocationRaw) => {
        if (router.currentRoute.value.name === 'import') await router.push(page)
        done()
      }
      try {
        const ended = await until(() => jobs.items.get(job)?.state).toMatch(
          (state) => state === 'done' || state === 'failed' || state === 'cancelled',
        )
        // Why an import failed is told by the list of jobs, whichever page is open by then.
        if (ended === 'done') await goTo(await begin(id, draft))
      } catch (error) {
        // The images are a dataset by now: what was set up waits there.
        drafts.set(id, draft)
        await goTo({ name: 'train', params: { dataset: id } })
        throw error
      } finally {
        importing.value = null
      }
    },
  )
  const busy = computed(() => start.busy.value || importAndStart.busy.value)
  return { start: start.run, importAndStart: importAndStart.run, importing, busy }
}
