import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { DenoiseControls, DenoisePicture } from '../../shared/api/denoising'
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

  /** With which controls pictures were seen clean, all of them. */
  const seenClean = shallowRef<ReadonlyMap<string, string>>(new Map())
  const noteClean = (id: string, controls: DenoiseControls) =>
    void (seenClean.value = new Map(seenClean.value).set(id, JSON.stringify(controls)))
  /** Whether a picture was seen clean as it is set now. */
  const isClean = ({ id, controls }: DenoisePicture) => seenClean.value.get(id) === JSON.stringify(controls)

  const state = computed(() => app.state)
  const isSaving = computed(() => app.isSaving)
  return { ...list, state, current, choose, isSaving, noteClean, isClean }
})
