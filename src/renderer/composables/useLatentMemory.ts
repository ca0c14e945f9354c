import { type Ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { ClusteredCodes, CodeSet, Projection } from '../../shared/api/latent'
import { hasSamePoints, type InspectorPanel, useLatentStore } from '../stores/useLatentStore'
import type { Colouring } from './useColouring'
import type { useSelection } from './useSelection'

export interface RememberedParts {
  readonly set: Ref<CodeSet | null>
  /** What is wanted, and what is drawn until it is there. */
  readonly projection: Ref<Projection | null>
  readonly shown: Ref<Projection | null>
  readonly isStopped: Ref<boolean>
  readonly selection: ReturnType<typeof useSelection>
  readonly by: ShallowRef<Colouring>
  readonly clusters: ShallowRef<ClusteredCodes | null>
  readonly focus: ShallowRef<number | null>
  readonly panel: ShallowRef<InspectorPanel>
  /** Other images are shown: what else stands for points of the ones before is dropped. */
  readonly onOther: () => void
}

/** Keeps what is set and selected in the store as it changes, and puts it back when the same images are shown again. */
export function useLatentMemory(parts: RememberedParts) {
  const { set, projection, shown, isStopped, selection, by, clusters, focus, panel } = parts
  const store = useLatentStore()
  const umap = shallowRef<Projection | null>(null)
  let isRestoring = false

  function restore(now: CodeSet): void {
    const memory = store.recall(now)
    isRestoring = true
    focus.value = memory?.focus ?? null
    panel.value = memory?.panel ?? 'point'
    umap.value = memory?.umap ?? null
    clusters.value = memory?.set === now.set ? memory.clusters : null
    if (memory) selection.restore(memory.selection, memory.earlier)
    else selection.reset(now.count)
    const own = memory?.by === 'cluster' && !clusters.value ? undefined : memory?.by
    by.value = own ?? (now.labelNames.length > 0 ? 'label' : 'error')
    parts.onOther()
    isRestoring = false
  }
  function save(now: CodeSet): void {
    if (projection.value?.method === 'umap') umap.value = projection.value
    store.remember(now, {
      count: now.count,
      set: now.set,
      umap: umap.value,
      by: by.value,
      clusters: clusters.value,
      // One that was stopped is not begun again by coming back.
      projection: isStopped.value ? shown.value : projection.value,
      selection: selection.mask.value,
      earlier: selection.earlier.value,
      focus: focus.value,
      panel: panel.value,
    })
  }
  // At once, not with the next frame: what was set last counts when the screen is left.
  watch(
    [set, projection, isStopped, selection.mask, by, clusters, focus, panel] as const,
    ([now], [before]) => {
      if (!now || isRestoring) return
      const isOther = before === null || !hasSamePoints(before, now)
      if (isOther) restore(now)
      else save(now)
    },
    { flush: 'sync' },
  )
  return { umap }
}
