import { type Ref, shallowRef, watch } from 'vue'
import type { RunDetail, RunSamples, RunSnapshot } from '../../shared/api/library'
import { client } from '../api/client'

export interface ComparedRun {
  readonly run: RunDetail
  /** Null before its first epoch. */
  readonly samples: RunSamples | null
  /** Of its best epoch, or the last one before it that left pictures. */
  readonly snapshot: RunSnapshot | null
}

/** Several runs with what they left. Those that are gone are left out. */
export function useComparedRuns(ids: Ref<readonly string[]>) {
  const runs = shallowRef<readonly ComparedRun[]>([])
  const loaded = shallowRef(false)

  async function load(id: string): Promise<ComparedRun | null> {
    const run = await client.invoke('runs.get', { id }).catch(() => null)
    if (!run || run.state === 'damaged') return null
    const samples = await client.invoke('runs.samples', { id }).catch(() => null)
    const best = run.best?.epoch ?? Infinity
    const epoch = run.snapshotEpochs.findLast((other) => other <= best) ?? run.snapshotEpochs[0]
    const snapshot =
      epoch === undefined ? null : await client.invoke('runs.snapshot', { id, epoch }).catch(() => null)
    return { run, samples, snapshot }
  }
  watch(
    ids,
    async (now) => {
      const all = await Promise.all(now.map(load))
      if (ids.value !== now) return
      runs.value = all.filter((run) => run !== null)
      loaded.value = true
    },
    { immediate: true },
  )
  return { runs, loaded }
}
