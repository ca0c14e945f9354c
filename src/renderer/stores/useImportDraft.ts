import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'
import { type Preprocessing, preprocessingSchema } from '../../shared/dataset'
import { newDataset, useTrainDrafts } from './useTrainDrafts'

/** How images are shown until it has been found out how to read them. */
const atFirst = preprocessingSchema.parse({ width: 64, height: 64, color: 'rgb' })

/** What has been chosen for an import that has not begun. */
export const useImportDraft = defineStore('importDraft', () => {
  const trainDrafts = useTrainDrafts()
  const places = shallowRef<readonly Place[]>([])
  /** The folder with the clean pictures of those in the only place; null where they are images like others. */
  const clean = shallowRef<Place | null>(null)
  const settings = shallowRef<Preprocessing>(atFirst)
  /** Whether the settings were chosen by hand, so that a plan leaves them as they are. */
  const areOwn = shallowRef(false)
  /** What is to be trained on it, where that is known already. */
  const preset = shallowRef<string | null>(null)
  function set(chosen: readonly Place[], purpose: { settings?: Preprocessing; preset?: string } = {}): void {
    places.value = chosen
    clean.value = null
    settings.value = purpose.settings ?? atFirst
    areOwn.value = purpose.settings !== undefined
    preset.value = purpose.preset ?? null
    trainDrafts.remove(newDataset)
  }
  function add(chosen: readonly Place[]): void {
    const known = new Set(places.value.map(({ place }) => place))
    places.value = [...places.value, ...chosen.filter(({ place }) => !known.has(place))]
    if (places.value.length > 1) pairWith(null)
  }
  function remove(place: string): void {
    places.value = places.value.filter((other) => other.place !== place)
    pairWith(null)
  }
  /** What is trained on pairs is another network, so the draft begins anew. */
  function pairWith(folder: Place | null): void {
    if ((clean.value?.place ?? null) === (folder?.place ?? null)) return
    clean.value = folder
    trainDrafts.remove(newDataset)
  }
  function swapPair(): void {
    const [damaged] = places.value
    if (!damaged || !clean.value) return
    places.value = [clean.value]
    clean.value = damaged
  }
  function change(next: Preprocessing): void {
    settings.value = next
    areOwn.value = true
  }
  /** What a plan says, as long as nothing else was chosen. */
  function propose(next: Preprocessing): void {
    if (!areOwn.value) settings.value = next
  }
  return { places, clean, settings, areOwn, preset, set, add, remove, pairWith, swapPair, change, propose }
})
