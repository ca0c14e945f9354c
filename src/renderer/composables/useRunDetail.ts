import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { LogEntry, RunDetail, RunProgress } from '../../shared/api/library'
import type { EpochMetrics } from '../../shared/run'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useProgressStore } from '../stores/useProgressStore'
import { useRunsStore } from '../stores/useRunsStore'
import { usePacedUpdates } from './usePacedUpdates'

/**
 * One run as it goes on: asked for once and after every loss of connection, and kept in step by its events. `metrics`
 * and `snapshotEpochs` grow in place; `version` says that there is more to show.
 */
export function useRunDetail(id: Ref<string>) {
  const runs = useRunsStore()
  const progresses = useProgressStore()
  const detail = shallowRef<RunDetail | null>(null)
  const failure = shallowRef<Error | null>(null)
  const atFirst = shallowRef<RunProgress | null>(null)
  const log = shallowRef<readonly LogEntry[]>([])
  const version = shallowRef(0)
  let metrics: EpochMetrics[] = []
  let snapshotEpochs: number[] = []
  let asked = 0
  const show = usePacedUpdates(() => version.value++)

  async function refresh(): Promise<void> {
    const current = ++asked
    try {
      const answer = await client.invoke('runs.get', { id: id.value })
      if (current !== asked) return
      metrics = [...answer.metrics]
      snapshotEpochs = [...answer.snapshotEpochs]
      detail.value = answer
      atFirst.value = answer.progress
      log.value = answer.log
      failure.value = null
    } catch (error) {
      if (current === asked) failure.value = error as Error
    }
    version.value++
  }

  function addEpoch(epoch: EpochMetrics, hasSnapshot: boolean): void {
    const last = metrics.at(-1)?.epoch ?? 0
    // A resumed run makes again what was lost; one that is ahead has been missed.
    if (epoch.epoch > last + 1) return inBackground(refresh())
    if (epoch.epoch <= last) {
      metrics = metrics.filter((other) => other.epoch < epoch.epoch)
      snapshotEpochs = snapshotEpochs.filter((other) => other < epoch.epoch)
    }
    metrics.push(epoch)
    if (hasSnapshot) snapshotEpochs.push(epoch.epoch)
    show()
  }

  const stops = [
    client.on(
      'training.epochEnded',
      (told) => told.run === id.value && addEpoch(told.metrics, told.hasSnapshot),
    ),
    client.on('training.pictured', (told) => {
      if (told.run !== id.value || snapshotEpochs.includes(0)) return
      snapshotEpochs.unshift(0)
      show()
    }),
    client.on('training.logged', (told) => {
      if (told.run === id.value) log.value = [...log.value.slice(-499), told.entry]
    }),
    client.onConnection((connected) => connected && inBackground(refresh())),
  ]
  onScopeDispose(() => stops.forEach((stop) => stop()))

  watch(
    id,
    () => {
      detail.value = null
      metrics = []
      snapshotEpochs = []
      atFirst.value = null
      inBackground(refresh())
    },
    { immediate: true },
  )
  const progress = computed(() => progresses.progressOf(id.value) ?? atFirst.value)
  /** What the list knows of it is the latest. */
  const summary = computed(() => runs.items.get(id.value) ?? detail.value)
  // The end of a training leaves more than its events tell: the last snapshot, thinned ones.
  watch(
    () => summary.value?.state,
    (now, before) => before === 'training' && now !== 'training' && inBackground(refresh()),
  )

  return {
    detail,
    summary,
    failure,
    progress,
    log,
    version,
    refresh,
    metrics: () => metrics as readonly EpochMetrics[],
    snapshotEpochs: () => snapshotEpochs as readonly number[],
  }
}
