import { type Direction, nearestPoint, nextPoint } from '../components/latent/lasso'

export interface MapKeys {
  /** Two numbers a point, in pixels. */
  readonly screen: () => Float32Array
  readonly visible: () => Uint8Array | null
  readonly middle: () => readonly [number, number]
  readonly focus: () => number | null
  look(point: number): void
  /** In pixels of the page. */
  shift(dx: number, dy: number): void
  zoom(factor: number): void
  fit(): void
  draw(): void
  all(): void
  toggle(point: number): void
}

const step = 60
const directions: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** Everything that the map can do, from the keyboard. Gives the listener. */
export function useMapKeys(map: MapKeys) {
  function walk(direction: Direction): void {
    const focus = map.focus()
    const screen = map.screen()
    const next =
      focus === null
        ? nearestPoint(screen, map.visible(), map.middle())
        : nextPoint(screen, map.visible(), [screen[2 * focus]!, screen[2 * focus + 1]!], direction, focus)
    if (next !== null) map.look(next)
  }
  const shift = (direction: Direction) =>
    map.shift(
      direction === 'left' ? step : direction === 'right' ? -step : 0,
      direction === 'up' ? step : direction === 'down' ? -step : 0,
    )
  const keys: Record<string, () => void> = {
    '+': () => map.zoom(1.25),
    '=': () => map.zoom(1.25),
    '-': () => map.zoom(0.8),
    '0': map.fit,
    d: map.draw,
    a: map.all,
    ' ': () => {
      const focus = map.focus()
      if (focus !== null) map.toggle(focus)
    },
  }
  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const direction = directions[event.key]
    if (direction && event.shiftKey) shift(direction)
    else if (direction) walk(direction)
    else if (keys[event.key]) keys[event.key]!()
    else return
    event.preventDefault()
  }
}
