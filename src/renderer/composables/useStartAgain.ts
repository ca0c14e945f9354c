import { until } from '@vueuse/core'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { RunSummary } from '../../shared/api/library'
import { longerThan, type Mend, type MendChange, mendedName } from '../../shared/mending'
import type { ModelSpec } from '../../shared/modelSpec'
import type { TrainingConfig } from '../../shared/trainingConfig'
import { client } from '../api/client'
import { useRunsStore } from '../stores/useRunsStore'
import { formatDuration } from './format'
import { useCommand } from './useCommand'

const isUnderWay = (state: RunSummary['state'] | undefined) => state === 'training' || state === 'created'

/** Starts a run again on the same images with something changed, or trains it longer, and goes to what then trains. */
export function useStartAgain() {
  const { t, locale } = useI18n()
  const router = useRouter()
  const runs = useRunsStore()

  const listed = (words: readonly string[]) => new Intl.ListFormat(locale.value).format(words)
  /** For a sentence: a lower learning rate and leaky ReLU. */
  const changesInWords = (changes: readonly MendChange[]) =>
    listed(changes.map((change) => t(`run.change.${change}`)))

  /** Resolves when it trains no more, however it came to its end. */
  async function ended(id: string): Promise<void> {
    try {
      await client.invoke('training.stop', { id })
    } catch (error) {
      // It may have come to its end by itself meanwhile.
      const { state } = await client.invoke('runs.get', { id })
      if (isUnderWay(state)) throw error
    }
    await until(() => isUnderWay(runs.items.get(id)?.state)).toBe(false)
  }

  async function start(
    run: RunSummary,
    changed: { readonly spec: ModelSpec; readonly config: TrainingConfig },
    words: string,
  ): Promise<void> {
    if (isUnderWay(runs.items.get(run.id)?.state ?? run.state)) await ended(run.id)
    const { id } = await client.invoke('training.start', {
      dataset: run.datasetId ?? '',
      again: run.id,
      name: mendedName(run.name, words),
      spec: changed.spec,
      preset: changed.spec === run.spec ? run.preset : null,
      config: changed.config,
    })
    await router.push({ name: 'run', params: { id } })
  }

  const mend = useCommand(async (run: RunSummary, how: Mend) =>
    start(run, how, listed(how.changes.map((change) => t(`run.changeName.${change}`)))),
  )
  const trainLonger = useCommand(async (run: RunSummary) => {
    const longer = longerThan(run)
    if (longer?.way === 'resume')
      await client.invoke('training.resume', { id: run.id, epochs: longer.epochs })
    else if (longer)
      await start(run, { spec: run.spec, config: longer.config }, formatDuration(longer.budgetMs))
  })
  return { mend, trainLonger, changesInWords }
}
