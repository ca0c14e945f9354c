import { type Direction, nearestPoint, nextPoint } from '../components/latent/lasso'
import { useElementShortcuts } from './useShortcuts'

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
  function toggle(): void {
    const focus = map.focus()
    if (focus !== null) map.toggle(focus)
  }
  return useElementShortcuts('help.group.map', [
    ...Object.entries(directions).flatMap(([key, direction]) => [
      { keys: key, label: 'help.shortcut.walk', run: () => walk(direction) },
      { keys: `Shift+${key}`, label: 'help.shortcut.shift', run: () => shift(direction) },
    ]),
    { keys: 'Space', label: 'help.shortcut.toggle', run: toggle },
    { keys: 'A', label: 'help.shortcut.selectAll', run: map.all },
    // These two count on the whole screen: useMapShortcuts listens to them.
    { keys: 'Escape', label: 'help.shortcut.selectNone', run: null },
    { keys: 'Mod+Z', label: 'help.shortcut.undoSelection', run: null },
    { keys: 'D', label: 'help.shortcut.draw', run: map.draw },
    { keys: ['+', '='], label: 'help.shortcut.zoomIn', run: () => map.zoom(1.25) },
    { keys: '-', label: 'help.shortcut.zoomOut', run: () => map.zoom(0.8) },
    { keys: '0', label: 'help.shortcut.fit', run: map.fit },
  ])
}
