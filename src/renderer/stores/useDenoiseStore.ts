import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'
import { mirrorList } from './mirrorList'
import { mirrorState } from './mirrorState'

/** Pictures to denoise, the one that is looked at, and how far the queue is. */
export const useDenoiseStore = defineStore('denoise', () => {
  const list = mirrorList('denoise.list', 'denoise.changed')
  const { state } = mirrorState('denoise.state')
  const chosenId = shallowRef<string | null>(null)

  /** The chosen one, or the first that can be looked at. */
  const current = computed(() => {
    const chosen = chosenId.value === null ? undefined : list.items.value.get(chosenId.value)
    return chosen ?? list.all.value.find(({ isReadable }) => isReadable) ?? list.all.value[0] ?? null
  })
  /** What was added in this window, to learn from. */
  const places = shallowRef<readonly Place[]>([])
  function remember(added: readonly Place[]): void {
    const known = new Set(added.map(({ place }) => place))
    places.value = [...places.value.filter(({ place }) => !known.has(place)), ...added]
  }
  const choose = (id: string) => void (chosenId.value = id)
  const isSaving = computed(() => (state.value?.batch.state ?? 'idle') !== 'idle')
  return { ...list, state, current, choose, isSaving, places, remember }
})
