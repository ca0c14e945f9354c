import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'
import { type Preprocessing, preprocessingSchema } from '../../shared/dataset'

/** What has been chosen for an import that has not begun. */
export const useImportDraft = defineStore('importDraft', () => {
  const places = shallowRef<readonly Place[]>([])
  /** What it begins with. */
  const settings = shallowRef<Preprocessing>(preprocessingSchema.parse({}))
  /** What is to be trained on it. */
  const preset = shallowRef<string | null>(null)
  function set(chosen: readonly Place[], purpose: { settings?: Preprocessing; preset?: string } = {}): void {
    places.value = chosen
    settings.value = purpose.settings ?? preprocessingSchema.parse({})
    preset.value = purpose.preset ?? null
  }
  function add(chosen: readonly Place[]): void {
    const known = new Set(places.value.map(({ place }) => place))
    places.value = [...places.value, ...chosen.filter(({ place }) => !known.has(place))]
  }
  const remove = (place: string) =>
    void (places.value = places.value.filter((other) => other.place !== place))
  return { places, settings, preset, set, add, remove }
})
