import { computed } from 'vue'
import { type RouteLocationRaw, useRouter } from 'vue-router'
import type { Params } from '../../shared/api/commands'
import { client } from '../api/client'
import { i18n } from '../i18n'
import { type TrainDraft, useTrainDrafts } from '../stores/useTrainDrafts'
import { useCommand } from './useCommand'

/** Starts what was set up, and goes to its page at once. */
export function useStartTraining() {
  const router = useRouter()
  const drafts = useTrainDrafts()
  async function begin(dataset: string, draft: TrainDraft): Promise<RouteLocationRaw> {
    const { spec, config, preset, name, compute, from } = draft
    const { id } = await client.invoke('training.start', {
      dataset,
      spec,
      config,
      preset,
      language: i18n.global.locale.value,
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(from === null ? {} : { from }),
      ...(compute === 'auto' ? {} : compute),
    })
    return { name: 'run', params: { id } }
  }
  const start = useCommand(async (dataset: string, draft: TrainDraft) => {
    await router.push(await begin(dataset, draft))
  })

  /** Imports images and trains on them: the run waits for its images, and begins by itself. `done`: they are taken. */
  const importAndStart = useCommand(
    async (images: Params<'datasets.import'>, draft: TrainDraft, done: () => unknown) => {
      const { id } = await client.invoke('datasets.import', images)
      try {
        await router.push(await begin(id, draft))
      } catch (error) {
        // The images become a dataset all the same: what was set up waits there.
        drafts.set(id, draft)
        await router.push({ name: 'dataset', params: { id } })
        throw error
      } finally {
        done()
      }
    },
  )
  const busy = computed(() => start.busy.value || importAndStart.busy.value)
  return { start: start.run, importAndStart: importAndStart.run, busy }
}
