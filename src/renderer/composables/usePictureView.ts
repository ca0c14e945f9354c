import { useThrottleFn } from '@vueuse/core'
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { DenoiseControls, PictureView, ViewRectangle } from '../../shared/api/denoising'
import { client } from '../api/client'
import { useLatest } from './useLatest'

export interface ViewQuestion {
  readonly id: string
  readonly controls: DenoiseControls
  readonly rectangle: ViewRectangle
  /** Pixels of the screen for one of the picture. */
  readonly scale: number
}

const refreshMs = 120

/** What is seen of a picture, asked for again as it is restored. The first view of a picture is all of it. */
export function usePictureView(question: Ref<ViewQuestion | null>) {
  const latest = useLatest((asked: ViewQuestion) => client.invoke('denoise.view', asked), 0)
  const view = shallowRef<PictureView | null>(null)
  /** Whole, and stands in while another part is on its way. */
  const backdrop = shallowRef<PictureView | null>(null)

  watch(
    question,
    (next, before) => {
      if (next?.id !== before?.id) {
        latest.clear()
        view.value = null
        backdrop.value = null
      }
      if (next) latest.request(next)
    },
    { immediate: true, deep: false },
  )
  watch(latest.answer, (answer) => {
    if (!answer) return
    view.value = answer
    if (answer.left === 0 && answer.top === 0 && !backdrop.value) backdrop.value = answer
  })
  const refresh = useThrottleFn(() => question.value && latest.request(question.value), refreshMs, true)
  const stop = client.on('denoise.restored', ({ id }) => {
    if (id === question.value?.id) void refresh()
  })
  onScopeDispose(stop)
  return { view, backdrop, busy: latest.busy, error: latest.error }
}
