import { useEventListener } from '@vueuse/core'
import { type Ref, shallowRef } from 'vue'
import { useElementShortcuts } from './useShortcuts'
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
    // The middle one too, for when the first one paints.
    if (event.button > 1) return
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

  const pans = {
    ArrowLeft: [-pan, 0],
    ArrowRight: [pan, 0],
    ArrowUp: [0, -pan],
    ArrowDown: [0, pan],
  } as const
  const key = useElementShortcuts('help.group.picture', [
    ...Object.entries(pans).map(([keys, [x, y]]) => ({
      keys,
      label: 'help.shortcut.pan',
      run: () => port.panBy(x, y),
    })),
    { keys: ['+', '='], label: 'help.shortcut.zoomIn', run: () => port.zoomBy(zoom) },
    { keys: '-', label: 'help.shortcut.zoomOut', run: () => port.zoomBy(1 / zoom) },
    { keys: '0', label: 'help.shortcut.fit', run: () => port.fit() },
    { keys: '1', label: 'help.shortcut.actual', run: () => port.zoomTo(1) },
    { keys: 'Space', label: 'help.shortcut.original', run: () => void (isFlickering.value = true) },
  ])
  return { pointer, isFlickering, press, move, release, key }
}
