import { useThrottleFn } from '@vueuse/core'
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { DenoiseControls, PictureView, ViewRectangle } from '../../shared/api/denoising'
import type { PixelBlock } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useDenoiseStore } from '../stores/useDenoiseStore'
import { useLatest } from './useLatest'

export interface ViewQuestion {
  readonly id: string
  readonly controls: DenoiseControls
  readonly rectangle: ViewRectangle
  /** Pixels of the screen for one of the picture. */
  readonly scale: number
  /** See `denoise.view`. */
  readonly stronger?: boolean
  /** Names what it depends on besides: asked for anew where that changes. */
  readonly mask?: string | null
}

const refreshMs = 60

/** A view with all that there is of it. */
export interface SeenView extends Omit<PictureView, 'changed'> {
  readonly original: PixelBlock
  /** Its pixels change as parts come; `patches` says where. */
  readonly restored: PixelBlock
  /** All that has come of this place since it was first seen. */
  readonly patches: Patch[]
}

/** In pixels of a view, from its left and top. */
export interface Patch {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const isSamePlace = (a: ViewQuestion, b: ViewQuestion) =>
  a.id === b.id && a.scale === b.scale && JSON.stringify(a.rectangle) === JSON.stringify(b.rectangle)

const partsOf = ({ original, repaired, restored, reference, patches }: SeenView) => ({
  original,
  repaired,
  restored,
  reference,
  patches,
})

function patch(whole: PixelBlock, part: PixelBlock, left: number, top: number): void {
  const { width, height, channels } = part
  for (let y = 0; y < height; y++) {
    const row = part.data.subarray(y * width * channels, (y + 1) * width * channels)
    whole.data.set(row, ((top + y) * whole.width + left) * channels)
  }
}

/** What is seen of a picture, asked for again as it is restored. The first view of a picture is all of it. */
export function usePictureView(question: Ref<ViewQuestion | null>) {
  const denoise = useDenoiseStore()
  let last: { readonly asked: ViewQuestion; readonly view: SeenView } | null = null
  async function ask(asked: ViewQuestion): Promise<SeenView> {
    const known = last && isSamePlace(last.asked, asked) ? last.view : null
    const { id, controls, rectangle, scale, stronger } = asked
    const { changed, ...answer } = await client.invoke('denoise.view', {
      id,
      controls,
      rectangle,
      scale,
      stronger,
      since: known?.version ?? null,
    })
    const { original, restored } = answer
    const seen: SeenView =
      original && restored
        ? { ...answer, original, restored, patches: [] }
        : { ...answer, ...partsOf(known!) }
    for (const { left, top, block } of changed) {
      patch(seen.restored, block, left, top)
      seen.patches.push({ left, top, width: block.width, height: block.height })
    }
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
    if (id === question.value?.id) inBackground(refresh())
  })
  onScopeDispose(stop)
  // While pictures are saved, what is a draft waits.
  watch(() => denoise.isSaving, refresh)
  return { view, backdrop, busy: latest.busy, error: latest.error }
}
