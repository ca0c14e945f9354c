import { computed, type Ref, shallowRef, watch } from 'vue'
import type { ViewRectangle } from '../../shared/api/denoising'

interface Size {
  readonly width: number
  readonly height: number
}

const largestScale = 32

/**
 * Which part of a picture a pane shows: `centre` in pixels of the picture, `scale` in pixels of the page for one of the
 * picture.
 */
export function useViewport(picture: Ref<Size | null>, pane: Ref<Size>) {
  const isFitted = shallowRef(true)
  const wantedScale = shallowRef(1)
  const centre = shallowRef({ x: 0, y: 0 })

  const fitScale = computed(() => {
    const size = picture.value
    const { width, height } = pane.value
    if (!size || width === 0 || height === 0) return 1
    return Math.min(1, width / size.width, height / size.height)
  })
  const scale = computed(() => (isFitted.value ? fitScale.value : wantedScale.value))
  /** What the pane covers; beyond the picture where that is smaller. */
  const rectangle = computed<ViewRectangle>(() => {
    const width = Math.max(1, pane.value.width / scale.value)
    const height = Math.max(1, pane.value.height / scale.value)
    return { left: centre.value.x - width / 2, top: centre.value.y - height / 2, width, height }
  })

  function fit(): void {
    isFitted.value = true
    if (picture.value) centre.value = { x: picture.value.width / 2, y: picture.value.height / 2 }
  }

  /** The middle stays inside, and on the picture's own where all of it is seen. */
  function moveTo(x: number, y: number): void {
    const size = picture.value
    if (!size) return
    const along = (at: number, length: number, seen: number) => {
      if (seen >= length) return length / 2
      return Math.min(length - seen / 2, Math.max(seen / 2, at))
    }
    centre.value = {
      x: along(x, size.width, pane.value.width / scale.value),
      y: along(y, size.height, pane.value.height / scale.value),
    }
  }

  /** @param dx,dy in pixels of the page */
  const panBy = (dx: number, dy: number) =>
    moveTo(centre.value.x + dx / scale.value, centre.value.y + dy / scale.value)

  /** @param x,y of the pane, which keep their place on the picture; its middle if not given */
  function zoomTo(next: number, x = pane.value.width / 2, y = pane.value.height / 2): void {
    const before = scale.value
    const held = {
      x: centre.value.x + (x - pane.value.width / 2) / before,
      y: centre.value.y + (y - pane.value.height / 2) / before,
    }
    const chosen = Math.min(largestScale, Math.max(fitScale.value, next))
    if (chosen <= fitScale.value) return fit()
    isFitted.value = false
    wantedScale.value = chosen
    moveTo(held.x - (x - pane.value.width / 2) / chosen, held.y - (y - pane.value.height / 2) / chosen)
  }
  const zoomBy = (factor: number, x?: number, y?: number) => zoomTo(scale.value * factor, x, y)

  watch(pane, () => (isFitted.value ? fit() : moveTo(centre.value.x, centre.value.y)))
  return { scale, centre, rectangle, isFitted, fitScale, fit, moveTo, panBy, zoomTo, zoomBy }
}
