import { type Ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { RunSummary } from '../../shared/api/library'
import { nameOfDifference } from '../../shared/runNames'
import { useDatasetsStore } from '../stores/useDatasetsStore'
import { useRunsStore } from '../stores/useRunsStore'
import type { TrainDraft } from '../stores/useTrainDrafts'

interface Repeated {
  readonly run: RunSummary
  /** The name that was made up; another one is a person's, and stays. */
  readonly name: string
}

/** By dataset, as drafts are. */
const repeated = new Map<string, Repeated>()

/** Names the draft of a run that repeats another one by what differs, as long as nobody names it otherwise. */
export function useRepeatName(
  dataset: Ref<string | undefined>,
  draft: Ref<TrainDraft | undefined>,
  change: (changes: Partial<TrainDraft>) => void,
) {
  const { t } = useI18n()
  const datasets = useDatasetsStore()
  const runs = useRunsStore()

  function nameOf(run: RunSummary, { spec, config }: TrainDraft): string {
    const datasetName = datasets.items.get(dataset.value ?? '')?.name ?? run.datasetName
    const taken = runs.all.map(({ name }) => name)
    return nameOfDifference(run, { datasetName, spec, config }, taken, (key, value) =>
      t(`runs.naming.${key}`, { value }),
    )
  }
  /** The draft repeats this run from now on. */
  function follow(run: RunSummary): void {
    if (!dataset.value || !draft.value) return
    const name = nameOf(run, draft.value)
    repeated.set(dataset.value, { run, name })
    change({ name })
  }
  watch([() => draft.value?.spec, () => draft.value?.config], () => {
    const known = dataset.value ? repeated.get(dataset.value) : undefined
    if (!known || !dataset.value || !draft.value || draft.value.name !== known.name) return
    const name = nameOf(known.run, draft.value)
    if (name === known.name) return
    repeated.set(dataset.value, { ...known, name })
    change({ name })
  })
  return { follow }
}
