import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { DenoisePicture } from '../../shared/api/denoising'
import { mirrorList } from './mirrorList'
import { useDenoiseStateStore } from './useDenoiseStateStore'

/** Pictures to denoise, the one that is looked at, and how far the queue is. */
export const useDenoiseStore = defineStore('denoise', () => {
  const list = mirrorList('denoise.list', 'denoise.changed')
  const app = useDenoiseStateStore()
  const chosenId = shallowRef<string | null>(null)

  /** The chosen one, or the first that can be looked at. */
  const current = computed(() => {
    const chosen = chosenId.value === null ? undefined : list.items.value.get(chosenId.value)
    return chosen ?? list.all.value.find(({ isReadable }) => isReadable) ?? list.all.value[0] ?? null
  })
  const choose = (id: string) => void (chosenId.value = id)

  /** How pictures were set and painted when they were seen clean, all of them. */
  const seenClean = shallowRef<ReadonlyMap<string, string>>(new Map())
  const setAs = ({ controls, mask }: DenoisePicture) => JSON.stringify([controls, mask])
  const noteClean = (picture: DenoisePicture) =>
    void (seenClean.value = new Map(seenClean.value).set(picture.id, setAs(picture)))
  /** Whether a picture was seen clean as it is set now. */
  const isClean = (picture: DenoisePicture) => seenClean.value.get(picture.id) === setAs(picture)

  const state = computed(() => app.state)
  const isSaving = computed(() => app.isSaving)
  return { ...list, state, current, choose, isSaving, noteClean, isClean }
})
