import { useEventListener } from '@vueuse/core'
import { type Ref, shallowRef } from 'vue'
import type { useViewport } from './useViewport'

interface Point {
  readonly x: number
  readonly y: number
}

/** Of the arrow keys, in pixels of the page. */
const pan = 60
const zoom = 1.25
const zoomOfWheel = 1.0015

/**
 * Panning and zooming with mouse, touchpad and keys; and the original, while space is held.
 *
 * @param pane of which there may be several in the box, beside each other
 */
export function usePaneGestures(
  box: Ref<HTMLElement | null>,
  pane: Ref<{ readonly width: number; readonly height: number }>,
  port: ReturnType<typeof useViewport>,
) {
  /** Of the pane that the pointer is in; null while it is elsewhere. */
  const pointer = shallowRef<Point | null>(null)
  const isFlickering = shallowRef(false)
  let dragged: Point | null = null

  function within(event: MouseEvent): Point {
    const { left, top } = box.value!.getBoundingClientRect()
    return { x: (event.clientX - left) % pane.value.width, y: event.clientY - top }
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const { x, y } = within(event)
    const isZoom = event.ctrlKey || Math.abs(event.deltaX) < Math.abs(event.deltaY)
    if (isZoom) port.zoomBy(zoomOfWheel ** -event.deltaY, x, y)
    else port.panBy(event.deltaX, 0)
  }
  // Listeners that may keep the page from scrolling are added by hand.
  useEventListener(box, 'wheel', wheel, { passive: false })

  function press(event: PointerEvent): void {
    if (event.button !== 0) return
    dragged = { x: event.clientX, y: event.clientY }
    box.value?.setPointerCapture(event.pointerId)
  }
  function move(event: PointerEvent): void {
    pointer.value = within(event)
    if (!dragged) return
    port.panBy(dragged.x - event.clientX, dragged.y - event.clientY)
    dragged = { x: event.clientX, y: event.clientY }
  }
  const release = () => void (dragged = null)

  const keys: Record<string, () => void> = {
    ArrowLeft: () => port.panBy(-pan, 0),
    ArrowRight: () => port.panBy(pan, 0),
    ArrowUp: () => port.panBy(0, -pan),
    ArrowDown: () => port.panBy(0, pan),
    '+': () => port.zoomBy(zoom),
    '=': () => port.zoomBy(zoom),
    '-': () => port.zoomBy(1 / zoom),
    '0': () => port.fit(),
    '1': () => port.zoomTo(1),
  }
  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === ' ') isFlickering.value = true
    else if (keys[event.key]) keys[event.key]!()
    else return
    event.preventDefault()
  }
  return { pointer, isFlickering, press, move, release, key }
}
