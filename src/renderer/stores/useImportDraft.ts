import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'

/** What has been chosen for an import that has not begun. */
export const useImportDraft = defineStore('importDraft', () => {
  const places = shallowRef<readonly Place[]>([])
  const set = (chosen: readonly Place[]) => void (places.value = chosen)
  function add(chosen: readonly Place[]): void {
    const known = new Set(places.value.map(({ place }) => place))
    places.value = [...places.value, ...chosen.filter(({ place }) => !known.has(place))]
  }
  const remove = (place: string) =>
    void (places.value = places.value.filter((other) => other.place !== place))
  return { places, set, add, remove }
})
