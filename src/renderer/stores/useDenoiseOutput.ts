import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { type DenoiseOutput, denoiseOutputSchema } from '../../shared/api/denoising'
import { client } from '../api/client'
import { useDenoiseStateStore } from './useDenoiseStateStore'

/** Where results go and as what; it outlasts the screen, and the app keeps the folder. */
export const useDenoiseOutput = defineStore('denoiseOutput', () => {
  const app = useDenoiseStateStore()
  const settings = shallowRef<DenoiseOutput>(denoiseOutputSchema.parse({}))
  /** As it was set last, once that is known. */
  const stop = watch(
    () => app.state,
    (state) => {
      if (!state) return
      settings.value = { ...state.output, folder: null }
      queueMicrotask(() => stop())
    },
    { immediate: true },
  )
  const folder = computed(() => app.state?.folder ?? null)
  /** What is asked of the app. */
  const output = computed<DenoiseOutput>(() => ({ ...settings.value, folder: folder.value?.place ?? null }))
  const problem = computed(() => {
    const checked = denoiseOutputSchema.safeParse(output.value)
    return checked.success ? '' : checked.error.issues[0]!.message
  })
  const set = (changes: Partial<DenoiseOutput>) => void (settings.value = { ...settings.value, ...changes })
  /** @param place null for the folder that each original is in */
  const setFolder = (place: string | null) => client.invoke('denoise.setFolder', { folder: place })
  return { output, folder, problem, set, setFolder }
})
