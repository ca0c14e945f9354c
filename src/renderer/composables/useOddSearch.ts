import { computed, type Ref, shallowRef, watch } from 'vue'
import type { AnomalyDetail, AnomalyMark } from '../../shared/api/anomalies'
import { markCodes } from '../../shared/api/anomalies'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import {
  everyImage,
  figuresOf,
  filteredRows,
  knownTruth,
  type OddFilter,
  rankedRows,
  verdicts,
} from '../components/anomalies/oddRanking'
import { rerankedScores } from '../components/anomalies/rerank'
import { useAnomaliesStore } from '../stores/useAnomaliesStore'
import { useCommand } from './useCommand'
import { useJobsStore } from '../stores/useJobsStore'

/** After the last change of the threshold it is kept. */
const keepAfterMs = 400

/** One search: its images by how odd they are, as filters, marks and the threshold have it. */
export function useOddSearch(id: Ref<string>) {
  const store = useAnomaliesStore()
  const jobs = useJobsStore()
  const summary = computed(() => store.items.get(id.value))
  const detail = shallowRef<AnomalyDetail | null>(null)
  const failure = shallowRef<Error | null>(null)
  const marks = shallowRef(new Uint8Array(0))
  const threshold = shallowRef(0)
  const normalLabels = shallowRef<readonly string[] | null>(null)
  const filter = shallowRef<OddFilter>(everyImage)
  const isReranked = shallowRef(false)

  async function load(): Promise<void> {
    const asked = id.value
    if (summary.value?.state === 'searching') return
    try {
      const found = await client.invoke('anomalies.get', { id: asked })
      if (asked !== id.value) return
      detail.value = found
      marks.value = found.marks.slice()
      threshold.value = found.threshold
      normalLabels.value = found.normalLabels
      failure.value = null
    } catch (error) {
      if (asked === id.value) failure.value = error as Error
    }
  }
  watch(
    [id, () => summary.value?.state, () => summary.value?.target.id, () => store.loaded],
    ([now], [before]) => {
      if (now !== before) {
        detail.value = null
        filter.value = everyImage
        isReranked.value = false
      }
      inBackground(load())
    },
    { immediate: true },
  )

  const lastJob = shallowRef<string | null>(null)
  watch(
    () => summary.value?.job,
    (now) => now && (lastJob.value = now),
    { immediate: true },
  )
  /** Of a search under way, or of one that has come to nothing. */
  const job = computed(() => jobs.items.get(lastJob.value ?? '') ?? null)

  const ranking = useOddRanking({ detail, marks, threshold, normalLabels, filter, isReranked })

  const { run: mark } = useCommand(async (some: readonly number[], as: AnomalyMark | null) => {
    const before = marks.value
    const changed = before.slice()
    for (const row of some) changed[row] = as === null ? markCodes.none : markCodes[as]
    marks.value = changed
    try {
      await client.invoke('anomalies.mark', { id: id.value, rows: Int32Array.from(some), mark: as })
    } catch (error) {
      marks.value = before
      throw error
    }
  })
  /** Pressed again, a mark is taken away. */
  const toggleMark = (row: number, as: AnomalyMark) =>
    mark([row], marks.value[row] === markCodes[as] ? null : as)

  const { run: keepThreshold } = useCommand((search: string, value: number | null) =>
    client.invoke('anomalies.setThreshold', { id: search, threshold: value }),
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Null goes back to the one that follows from the rate of false alarms. */
  function setThreshold(value: number | null): void {
    threshold.value = value ?? detail.value?.suggestedThreshold ?? 0
    clearTimeout(timer)
    const search = id.value
    timer = setTimeout(() => inBackground(keepThreshold(search, value)), keepAfterMs)
  }
  const { run: setNormalLabels } = useCommand(async (labels: readonly string[] | null) => {
    normalLabels.value = labels
    await client.invoke('anomalies.setNormalLabels', { id: id.value, labels: labels && [...labels] })
  })
  return {
    summary,
    detail,
    failure,
    job,
    marks,
    threshold,
    normalLabels,
    filter,
    isReranked,
    ...ranking,
    toggleMark,
    setThreshold,
    setNormalLabels,
  }
}

interface Ranked {
  readonly detail: Ref<AnomalyDetail | null>
  readonly marks: Ref<Uint8Array>
  readonly threshold: Ref<number>
  readonly normalLabels: Ref<readonly string[] | null>
  readonly filter: Ref<OddFilter>
  readonly isReranked: Ref<boolean>
}

/** What follows from scores, marks, threshold and filter. */
function useOddRanking({ detail, marks, threshold, normalLabels, filter, isReranked }: Ranked) {
  const none = new Float64Array(0)
  const shownScores = computed(() => {
    if (!detail.value) return none
    const { scores, parts } = detail.value
    return isReranked.value ? rerankedScores(scores, parts, marks.value) : scores
  })
  const ranked = computed(() => {
    const rows = rankedRows(shownScores.value)
    if (!isReranked.value) return rows
    // What was said of an image counts: odd ones come first, the others last.
    const place = [1, 0, 2]
    return rows.sort((a, b) => place[marks.value[a]!]! - place[marks.value[b]!]!)
  })
  const odd = computed(() => verdicts(shownScores.value, marks.value, threshold.value))
  const rows = computed(() =>
    detail.value
      ? filteredRows(ranked.value, filter.value, detail.value, marks.value, odd.value)
      : new Int32Array(0),
  )
  const figures = computed(() => {
    if (!detail.value) return null
    return figuresOf(detail.value.scores, knownTruth(detail.value, normalLabels.value, marks.value))
  })
  return { shownScores, ranked, odd, rows, figures }
}

export type OddSearch = ReturnType<typeof useOddSearch>
