import { type Ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DenoisePicture } from '../../shared/api/denoising'
import type { Point } from '../components/denoise/paintMask'
import { useBrush } from '../stores/useBrush'
import { layerOf, maskKey, useStrengthMasks } from '../stores/useStrengthMasks'
import { useElementShortcuts } from './useShortcuts'
import type { useBrushStroke } from './useBrushStroke'
import type { useViewport } from './useViewport'

/** Of the arrow keys, in pixels of the page. */
const stride = 16
const shortStride = 3

export interface BrushKeys {
  readonly picture: () => DenoisePicture
  readonly port: ReturnType<typeof useViewport>
  readonly stroke: ReturnType<typeof useBrushStroke>
  /** In pixels of the picture. */
  readonly cursor: Ref<Point | null>
  readonly leave: () => void
}

/** The brush by keys alone: where it is, painting while Space is held, and what a screen reader says of it. */
export function useBrushKeys({ picture, port, stroke, cursor, leave }: BrushKeys) {
  const { t } = useI18n()
  const brush = useBrush()
  const masks = useStrengthMasks()
  const said = shallowRef('')

  /** Begins in the middle of what is seen. */
  function place(): Point {
    return (cursor.value ??= { ...port.centre.value })
  }
  function sayPlace(): void {
    const { x, y } = place()
    const { width, height } = picture()
    const at = { x: Math.round((100 * x) / width), y: Math.round((100 * y) / height) }
    const percent = stroke.percentAt({ x, y })
    said.value =
      layerOf(picture()) === 'holes'
        ? t(percent > 100 ? 'denoise.brush.atHole' : 'denoise.brush.atKept', at)
        : t('denoise.brush.at', { ...at, n: percent })
  }
  /** The part that is seen follows it. */
  function follow({ x, y }: Point): void {
    const { left, top, width, height } = port.rectangle.value
    const beyond = (at: number, from: number, length: number) =>
      Math.min(0, at - from) + Math.max(0, at - from - length)
    port.panBy(beyond(x, left, width) * port.scale.value, beyond(y, top, height) * port.scale.value)
  }
  function move(across: number, down: number, by: number): void {
    const { x, y } = place()
    const { width, height } = picture()
    const within = (at: number, most: number) => Math.min(most - 0.5, Math.max(0.5, at))
    const step = by / port.scale.value
    cursor.value = { x: within(x + across * step, width), y: within(y + down * step, height) }
    follow(cursor.value)
    stroke.goOn(cursor.value)
    sayPlace()
  }
  function paint(event: KeyboardEvent): void {
    if (event.repeat || stroke.isPainting()) return
    stroke.begin(place())
    sayPlace()
  }
  const release = () => stroke.end()

  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const
  const resize = (times: -1 | 1) => {
    brush.resize(times)
    said.value = t('denoise.brush.isSize', { n: brush.diameter })
  }
  const swap = () => {
    brush.tool = brush.tool === 'erase' ? 'paint' : 'erase'
    said.value = t(`denoise.brush.tool.${brush.tool}`)
  }
  const showMask = () => {
    brush.isMaskShown = !brush.isMaskShown
    said.value = t(brush.isMaskShown ? 'denoise.brush.shown' : 'denoise.brush.hidden')
  }
  const takeBack = () =>
    (said.value = t(masks.undo(maskKey(picture())) ? 'denoise.brush.undone' : 'denoise.brush.noUndo'))
  const putBack = () =>
    (said.value = t(masks.redo(maskKey(picture())) ? 'denoise.brush.redone' : 'denoise.brush.noRedo'))

  const listen = useElementShortcuts('help.group.brush', [
    ...Object.entries(directions).flatMap(([keys, [x, y]]) => [
      { keys, label: 'help.shortcut.moveBrush', run: () => move(x, y, stride) },
      { keys: `Shift+${keys}`, label: 'help.shortcut.moveBrushLittle', run: () => move(x, y, shortStride) },
    ]),
    { keys: 'Space', label: 'help.shortcut.paint', run: paint },
    { keys: '[', label: 'help.shortcut.smallerBrush', run: () => resize(-1) },
    { keys: ']', label: 'help.shortcut.largerBrush', run: () => resize(1) },
    { keys: 'E', label: 'help.shortcut.erase', run: swap },
    { keys: 'M', label: 'help.shortcut.showMask', run: showMask },
    { keys: 'Mod+Z', label: 'help.shortcut.undoStroke', run: takeBack },
    { keys: ['Shift+Mod+Z', 'Mod+Y'], label: 'help.shortcut.redoStroke', run: putBack },
    { keys: ['B', 'Escape'], label: 'help.shortcut.leaveBrush', run: leave },
  ])
  /** What it takes does not move or zoom the picture. */
  function key(event: KeyboardEvent): void {
    listen(event)
    if (event.defaultPrevented) event.stopPropagation()
  }
  return { said, key, release, sayPlace }
}
