import { useEventListener } from '@vueuse/core'
import { type Ref, shallowRef } from 'vue'
import type { Outline } from '../components/latent/lasso'
import { rectangleOutline } from '../components/latent/lasso'
import type { SelectionMode } from './useSelection'

export type MapTool = 'move' | 'rectangle' | 'lasso' | 'draw'

export interface MapActions {
  panBy(dx: number, dy: number): void
  turnBy(dx: number, dy: number): void
  zoomBy(factor: number, x: number, y: number): void
  hover(x: number, y: number): void
  leave(): void
  click(x: number, y: number): void
  select(outline: Outline, mode: SelectionMode): void
}

type Point = readonly [number, number]

const zoomOfWheel = 1.0015
/** A press that moves less is a click. */
const still = 4

/** Mouse, pen, touchpad and fingers on the map. */
export function useMapGestures(
  box: Ref<HTMLElement | null>,
  tool: () => MapTool,
  mode: () => SelectionMode,
  isSpace: () => boolean,
  act: MapActions,
) {
  /** What is being drawn around points; null when nothing is. */
  const outline = shallowRef<Outline | null>(null)
  const fingers = new Map<number, Point>()
  let pressed: Point | null = null
  let last: Point = [0, 0]
  let moved = false

  function within(event: MouseEvent): Point {
    const { left, top } = box.value!.getBoundingClientRect()
    return [event.clientX - left, event.clientY - top]
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const [x, y] = within(event)
    const isZoom = event.ctrlKey || Math.abs(event.deltaX) < Math.abs(event.deltaY)
    // Pinching on a touchpad comes as a wheel with Ctrl, in smaller steps.
    if (isZoom) act.zoomBy(zoomOfWheel ** (-event.deltaY * (event.ctrlKey ? 6 : 1)), x, y)
    else act.panBy(-event.deltaX, 0)
  }
  // Listeners that may keep the page from scrolling are added by hand.
  useEventListener(box, 'wheel', wheel, { passive: false })

  function press(event: PointerEvent): void {
    if (event.button > 1) return
    box.value?.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, within(event))
    pressed = last = within(event)
    moved = false
  }

  function move(event: PointerEvent): void {
    const at = within(event)
    if (!pressed) return act.hover(...at)
    if (fingers.size === 2) return pinch(event.pointerId, at)
    if (!moved && Math.hypot(at[0] - pressed[0], at[1] - pressed[1]) < still) return
    moved = true
    const [dx, dy] = [at[0] - last[0], at[1] - last[1]]
    last = at
    fingers.set(event.pointerId, at)
    // The middle button moves the map whatever the tool.
    const chosen = event.buttons === 4 ? 'move' : tool()
    if (chosen === 'rectangle') outline.value = rectangleOutline(...pressed, ...at)
    else if (chosen === 'lasso') outline.value = [...(outline.value ?? [pressed]), at]
    else if (isSpace() && !event.shiftKey && event.buttons !== 4) act.turnBy(dx, dy)
    else act.panBy(dx, dy)
  }

  function pinch(finger: number, at: Point): void {
    const other = [...fingers].find(([id]) => id !== finger)![1]
    const before = fingers.get(finger)!
    const spread = (a: Point) => Math.max(1, Math.hypot(a[0] - other[0], a[1] - other[1]))
    const middle = [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2] as const
    act.panBy((at[0] - before[0]) / 2, (at[1] - before[1]) / 2)
    act.zoomBy(spread(at) / spread(before), ...middle)
    fingers.set(finger, at)
    moved = true
  }

  function release(event: PointerEvent): void {
    fingers.delete(event.pointerId)
    if (!pressed || fingers.size > 0) return
    if (outline.value) act.select(outline.value, event.shiftKey ? 'add' : event.altKey ? 'subtract' : mode())
    else if (!moved) act.click(...within(event))
    outline.value = null
    pressed = null
  }

  function cancel(event: PointerEvent): void {
    fingers.delete(event.pointerId)
    outline.value = null
    pressed = null
  }
  const leave = () => {
    if (!pressed) act.leave()
  }
  return { outline, press, move, release, cancel, leave }
}
