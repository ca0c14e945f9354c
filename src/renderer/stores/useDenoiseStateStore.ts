import { defineStore } from 'pinia'
import { computed } from 'vue'
import { mirrorState } from './mirrorState'

/** How far pictures are that are being saved, and where they go. Unlike the list of them it loads nothing in the app. */
export const useDenoiseStateStore = defineStore('denoiseState', () => {
  const mirror = mirrorState('denoise.state')
  const batch = computed(() => mirror.state.value?.batch ?? null)
  const isSaving = computed(() => (batch.value?.state ?? 'idle') !== 'idle')
  return { ...mirror, batch, isSaving }
})
