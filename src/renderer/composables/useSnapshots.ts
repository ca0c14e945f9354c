import { computed, type Ref, shallowRef, watch } from 'vue'
import type { RunSamples, RunSnapshot } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

const keptSnapshots = 24

/** The pictures of a run at an epoch: the one that is chosen, or the newest (`chosen` null). Neighbours are fetched ahead. */
export function useSnapshots(id: Ref<string>, epochs: () => readonly number[], version: Ref<number>) {
  const samples = shallowRef<RunSamples | null>(null)
  const snapshot = shallowRef<RunSnapshot | null>(null)
  const chosen = shallowRef<number | null>(null)
  const kept = new Map<number, Promise<RunSnapshot>>()
  let wanted: number | null = null

  const available = computed(() => {
    void version.value
    return [...epochs()]
  })
  const epoch = computed(() => chosen.value ?? available.value.at(-1) ?? null)

  function fetchSnapshot(at: number): Promise<RunSnapshot> {
    const known = kept.get(at)
    if (known) return known
    const asked = client.invoke('runs.snapshot', { id: id.value, epoch: at })
    kept.set(at, asked)
    asked.catch(() => kept.delete(at))
    if (kept.size > keptSnapshots) kept.delete(kept.keys().next().value!)
    return asked
  }

  async function show(at: number | null): Promise<void> {
    wanted = at
    if (at === null) return
    // Thinned out meanwhile: what is shown stays.
    const loaded = await fetchSnapshot(at).catch(() => null)
    if (loaded && wanted === at) snapshot.value = loaded
    if (chosen.value !== null) fetchNeighbours(at)
  }

  function fetchNeighbours(at: number): void {
    const all = available.value
    const place = all.indexOf(at)
    for (const next of [all[place + 1], all[place - 1]])
      if (next !== undefined) inBackground(fetchSnapshot(next).catch(() => null))
  }

  async function loadSamples(): Promise<void> {
    const of = id.value
    const loaded = await client.invoke('runs.samples', { id: of }).catch(() => null)
    if (of === id.value && loaded) samples.value = loaded
  }

  watch(id, () => {
    kept.clear()
    samples.value = null
    snapshot.value = null
    chosen.value = null
  })
  watch(
    () => available.value.length > 0 && `${id.value} ${available.value[0]}`,
    (now) => now && inBackground(loadSamples()),
    {
      immediate: true,
    },
  )
  // Another run may have the same number of epochs.
  watch([id, epoch], () => inBackground(show(epoch.value)), { immediate: true })
  return { samples, snapshot, chosen, available, epoch }
}
