import { planDenoising } from '../../engine/denoising/denoisingPlan'
import { estimateChannels } from '../../engine/denoising/estimateChannels'
import { blendInto, colorChannels, type PixelImage } from '../../engine/denoising/pixelTiles'
import type { ComputeTasks, DenoiseEvent } from '../protocol'
import { restorePixels } from '../restorePixels'
import { type TaskContext, throwIfEnding } from '../taskContext'

/**
 * Noise that nobody sees, and that rounding alone comes near; and noise that there is without doubt. What is told in between
 * may as well be fine detail of a clean picture, and part of it stays.
 */
const invisible = 1
const certain = 4

/** One image of any size without its noise; a `restored` event gives its pixels. */
export async function denoise(
  params: ComputeTasks['denoise']['params'],
  context: TaskContext<DenoiseEvent>,
): Promise<ComputeTasks['denoise']['result']> {
  const { model, trained, pixels, strength, tile, sigma } = params
  const image: PixelImage = { ...params, data: pixels }
  const colors = colorChannels(image)
  // Known noise is alike in all channels too, or is not.
  const isAsked = strength > 0 && (sigma === null || colors === 3)
  const noise = isAsked ? estimateChannels(image) : null
  const estimated = noise?.sigmas ?? null
  const sigmas = sigma === null ? estimated : new Array<number>(colors).fill(sigma)
  const emit = (data: Uint8Array | Uint16Array) =>
    context.emit({ type: 'restored', pixels: data }, [data.buffer as ArrayBuffer])
  // Before anything else it has to be known whether the model can do it.
  const removed = (sigmas ?? new Array<number>(colors).fill(0)).map((one) => one * Math.max(1, strength))
  const plan = planDenoising(model.spec, trained, removed, noise?.correlation)
  const share = Math.min(1, strength) * (sigma === null && sigmas ? certainty(Math.max(...sigmas)) : 1)
  if (!sigmas || share === 0) {
    emit(pixels)
    return { estimated, tile: null }
  }
  const result = pixels instanceof Uint8Array ? new Uint8Array(pixels.length) : new Uint16Array(pixels.length)
  const { runtime, device } = params
  const used = await restorePixels(image, result, plan, {
    model,
    runtime,
    device,
    tile,
    onProgress: (done, total) => {
      throwIfEnding(context as TaskContext<never>)
      context.emit({ type: 'progress', done, total })
    },
    onSmallerTile: (side) => context.emit({ type: 'smaller-tile', tile: side }),
  })
  if (share < 1) blendInto(result, pixels, share)
  emit(result)
  return { estimated, tile: used }
}

/** 0..1 */
function certainty(sigma: number): number {
  return Math.min(1, Math.max(0, (sigma - invisible) / (certain - invisible)))
}
