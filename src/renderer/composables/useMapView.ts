import { useElementSize, usePreferredReducedMotion } from '@vueuse/core'
import { computed, type Ref, shallowRef, watch } from 'vue'
import { MapTravel } from '../components/latent/mapTravel'
import {
  type Extent,
  extentOf,
  fittedView,
  placeAt,
  projectPlane,
  projectSpace,
  type SpaceView,
  turned,
  zoomed,
} from '../components/latent/mapView'

export interface ViewedMap {
  /** count × components; NaN for points without a place. */
  readonly points: Float32Array
  readonly components: 1 | 2 | 3
  /** The kind of map: another one has a view of its own. */
  readonly kind: string
  /** The view to begin a kind of map with; null shows all of it. */
  readonly startView: SpaceView | null
}

/** Which part of a map a pane shows, and where on it the points are: in pixels of the canvas. */
export function useMapView(box: Ref<HTMLElement | null>, map: ViewedMap, onChange: () => void) {
  const { width, height } = useElementSize(box)
  const view = shallowRef<SpaceView>({ x: 0, y: 0, scale: 1, yaw: 0, pitch: 0 })
  const ratio = computed(() => Math.min(2, window.devicePixelRatio || 1))
  const size = computed(() => ({
    width: Math.max(1, Math.floor(width.value * ratio.value)),
    height: Math.max(1, Math.floor(height.value * ratio.value)),
  }))
  const count = computed(() => map.points.length / map.components)
  const isSpace = computed(() => map.components === 3)
  const motion = usePreferredReducedMotion()
  const travel = new MapTravel()
  let extent: Extent = { middle: [0, 0], half: [1, 1] }
  let screen = new Float32Array(0)
  let depth: Float32Array | null = null
  let isFitted = false
  /** All of the map is shown, and still is when the pane gets another size. */
  let isWhole = true

  function fit(): void {
    isWhole = true
    view.value = fittedView(extent, size.value)
  }
  function change(next: SpaceView): void {
    isWhole = false
    view.value = next
  }
  /** The same points in other places, as after an epoch, leave the view as it is. */
  watch(
    [() => map.points, () => map.components, () => map.kind],
    ([points, components, kind], before) => {
      const isOtherMap = before[2] !== kind || before[0]?.length !== points.length
      const canTravel = isOtherMap && motion.value !== 'reduce' && components !== 3 && depth === null
      if (canTravel) travel.begin(screen, points.length / components)
      screen = new Float32Array((2 * points.length) / components)
      depth = components === 3 ? new Float32Array(points.length / 3) : null
      extent = extentOf(points, components)
      if (isOtherMap) isFitted = false
      onChange()
    },
    { immediate: true },
  )
  watch(size, (_, before) => {
    if (before.width === 1) isFitted = false
    else if (isWhole) fit()
    onChange()
  })
  watch(view, onChange)

  function project(points: Float32Array, into: Float32Array, depths: Float32Array | null): void {
    if (isSpace.value) projectSpace(points, extent, view.value, size.value, into, depths!)
    else projectPlane(points, map.components, view.value, size.value, into)
  }
  /** Puts all points in their places. @returns whether they are still on their way there */
  function place(): boolean {
    if (!isFitted) {
      if (map.startView) change(map.startView)
      else fit()
    }
    isFitted = true
    project(map.points, screen, depth)
    return travel.blend(screen, performance.now())
  }
  /** Of one place of the map. */
  function pixelOf(at: Float32Array): readonly [number, number] {
    const one = new Float32Array(2)
    project(at, one, new Float32Array(1))
    return [one[0]!, one[1]!]
  }

  const pixel = (x: number, y: number) => [x * ratio.value, y * ratio.value] as const
  const panBy = (dx: number, dy: number) => {
    const { scale } = view.value
    const [px, py] = pixel(dx, dy)
    change({ ...view.value, x: view.value.x - px / scale, y: view.value.y + py / scale })
  }
  const turnBy = (dx: number, dy: number) => change(turned(view.value, dx, dy))
  const zoomBy = (factor: number, x = width.value / 2, y = height.value / 2) =>
    change(zoomed(view.value, size.value, factor, ...pixel(x, y)))
  /** The place of the map under a pixel of the page; null in space, where there are many. */
  const placeUnder = (x: number, y: number): Float32Array | null =>
    isSpace.value
      ? null
      : Float32Array.from(placeAt(view.value, size.value, ...pixel(x, y)).slice(0, map.components))
  const pane = { view, size, ratio, width, height, count, isSpace }
  const gestures = { fit, panBy, turnBy, zoomBy }
  const places = { place, pixelOf, pixel, placeUnder, screen: () => screen, depth: () => depth }
  return {
    ...pane,
    ...gestures,
    ...places,
    /** The view that a person has chosen; null where all of the map is shown. */
    chosenView: () => (isWhole ? null : view.value),
  }
}
