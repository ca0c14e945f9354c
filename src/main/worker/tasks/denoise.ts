import { checkRemovesNoise, planDenoising } from '../../engine/denoising/denoisingPlan'
import { estimateChannels } from '../../engine/denoising/estimateChannels'
import { blendInto, colorChannels, type PixelImage } from '../../engine/denoising/pixelTiles'
import type { ComputeTasks, DenoiseEvent } from '../protocol'
import { restorePixels } from '../restorePixels'
import { type TaskContext, throwIfEnding } from '../taskContext'

/** Noise that nobody sees, and that rounding alone comes near; what is left below it is not told from detail. */
const invisible = 1

/** One image of any size without its noise; a `restored` event gives its pixels. */
export async function denoise(
  params: ComputeTasks['denoise']['params'],
  context: TaskContext<DenoiseEvent>,
): Promise<ComputeTasks['denoise']['result']> {
  const { model, trained, pixels, strength, tile, sigma } = params
  checkRemovesNoise(trained)
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
  if (strength === 0 || !sigmas || (sigma === null && sigmas.every((one) => one < invisible))) {
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
  if (strength < 1) blendInto(result, pixels, strength)
  emit(result)
  return { estimated, tile: used }
}
