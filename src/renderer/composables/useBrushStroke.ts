import { onScopeDispose, shallowRef } from 'vue'
import type { DenoisePicture } from '../../shared/api/denoising'
import { factorAt, mostPercent } from '../../shared/strengthMask'
import { inBackground } from '../../shared/inBackground'
import { fits, type Point, Stroke } from '../components/denoise/paintMask'
import { useBrush } from '../stores/useBrush'
import { layerOf, maskKey, useStrengthMasks } from '../stores/useStrengthMasks'

/**
 * Strokes of the brush over a picture, from the first touch to the last.
 *
 * @param scale pixels of the page for one of the picture
 */
export function useBrushStroke(picture: () => DenoisePicture, scale: () => number) {
  const masks = useStrengthMasks()
  const brush = useBrush()
  const stroke = shallowRef<{ readonly id: string; readonly stroke: Stroke } | null>(null)

  /** The mask, unless its picture's file has been replaced by one of another size. */
  const usable = () => {
    const mask = masks.maskOf(maskKey(picture()))
    return mask && fits(mask, picture(), layerOf(picture())) ? mask : null
  }

  function begin(place: Point): void {
    end()
    const id = maskKey(picture())
    const layer = layerOf(picture())
    const { hardness } = brush
    const percent = layer === 'holes' && brush.tool === 'paint' ? mostPercent : brush.percent
    const tip = { hardness, percent, diameter: brush.diameter / scale() }
    stroke.value = { id, stroke: new Stroke(usable(), picture(), tip, layer) }
    goOn(place)
  }

  function goOn(place: Point): void {
    if (!stroke.value) return
    const { id, stroke: current } = stroke.value
    masks.live = { id, mask: current.mask, changed: current.to(place) }
  }

  /** What was painted is kept with the picture. */
  function end(): void {
    if (!stroke.value) return
    const { id, stroke: ended } = stroke.value
    stroke.value = null
    masks.live = null
    inBackground(masks.set(id, ended.mask))
  }
  onScopeDispose(end)

  /** Percent of the strength at a place. */
  const percentAt = ({ x, y }: Point): number => {
    const mask = usable()
    return mask ? Math.round(100 * factorAt(mask, picture(), x, y)) : 100
  }
  return { isPainting: () => stroke.value !== null, begin, goOn, end, percentAt }
}
