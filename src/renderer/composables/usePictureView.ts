import { useThrottleFn } from '@vueuse/core'
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { DenoiseControls, PictureView, ViewRectangle } from '../../shared/api/denoising'
import type { PixelBlock } from '../../shared/api/library'
import { client } from '../api/client'
import { useLatest } from './useLatest'

export interface ViewQuestion {
  readonly id: string
  readonly controls: DenoiseControls
  readonly rectangle: ViewRectangle
  /** Pixels of the screen for one of the picture. */
  readonly scale: number
}

const refreshMs = 60

/** A view with all that there is of it. */
export interface SeenView extends PictureView {
  readonly original: PixelBlock
}

const isSamePlace = (a: ViewQuestion, b: ViewQuestion) =>
  a.id === b.id && a.scale === b.scale && JSON.stringify(a.rectangle) === JSON.stringify(b.rectangle)

/** What is seen of a picture, asked for again as it is restored. The first view of a picture is all of it. */
export function usePictureView(question: Ref<ViewQuestion | null>) {
  let last: { readonly asked: ViewQuestion; readonly view: SeenView } | null = null
  async function ask(asked: ViewQuestion): Promise<SeenView> {
    const known = last && isSamePlace(last.asked, asked) ? last.view : null
    const answer = await client.invoke('denoise.view', { ...asked, again: known !== null })
    const { original, reference } = known ?? answer
    const seen = { ...answer, original: original!, reference }
    last = { asked, view: seen }
    return seen
  }
  const latest = useLatest(ask, 0)
  const view = shallowRef<SeenView | null>(null)
  /** Whole, and stands in while another part is on its way. */
  const backdrop = shallowRef<SeenView | null>(null)

  watch(
    question,
    (next, before) => {
      if (next?.id !== before?.id) {
        latest.clear()
        last = null
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
