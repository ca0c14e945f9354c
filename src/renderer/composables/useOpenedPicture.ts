import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { DenoisePicture, OpenedPicture } from '../../shared/api/denoising'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

/** What is found out of the picture that is looked at, or why it cannot be. */
export function useOpenedPicture(current: Ref<DenoisePicture | null>) {
  const opened = shallowRef<OpenedPicture | null>(null)
  const failure = shallowRef<Error | null>(null)

  async function open(): Promise<void> {
    const { id, isReadable } = current.value ?? {}
    if (id === undefined || !isReadable) return
    try {
      const found = await client.invoke('denoise.open', { id })
      if (id === current.value?.id) [opened.value, failure.value] = [found, null]
    } catch (error) {
      if (id === current.value?.id) failure.value = error as Error
    }
  }
  watch(
    [
      () => current.value?.id,
      () => current.value?.bytes,
      () => JSON.stringify(current.value?.controls.range),
    ],
    ([id], [before]) => {
      // Of another range the fields that set it stay.
      if (id !== before) opened.value = null
      failure.value = null
      inBackground(open())
    },
    { immediate: true },
  )
  // The connection may have been what was missing.
  onScopeDispose(client.onConnection((connected) => connected && failure.value && inBackground(open())))
  return { opened, failure }
}
