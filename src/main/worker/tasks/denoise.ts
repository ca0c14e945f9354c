import { planDenoising } from '../../engine/denoising/denoisingPlan'
import { estimateChannels } from '../../engine/denoising/estimateChannels'
import { blendInto, colorChannels, type PixelImage } from '../../engine/denoising/pixelTiles'
import type { ComputeTasks, DenoiseEvent, DenoiseParams } from '../protocol'
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
  const { model, trained, pixels, strength, tile } = params
  const image: PixelImage = { ...params, data: pixels }
  const colors = colorChannels(image)
  const { estimated, sigmas, correlation, share } = judge(params, image)
  const emit = (data: Uint8Array | Uint16Array) =>
    context.emit({ type: 'restored', pixels: data }, [data.buffer as ArrayBuffer])
  // Before anything else it has to be known whether the model can do it.
  const removed = (sigmas ?? new Array<number>(colors).fill(0)).map((one) => one * Math.max(1, strength))
  const plan = planDenoising(model.spec, trained, removed, correlation)
  if (!sigmas || share === 0) {
    emit(pixels)
    return { estimated, tile: null }
  }
  const result = pixels instanceof Uint8Array ? new Uint8Array(pixels.length) : new Uint16Array(pixels.length)
  const { runtime, device } = params
  const used = await restorePixels(image, result, plan, {
    model,
    trained,
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

interface Judgement {
  /** Sigma in each channel of colour, as far as it was estimated. */
  readonly estimated: readonly number[] | null
  /** What is taken for the noise; null where nothing can be told. */
  readonly sigmas: readonly number[] | null
  readonly correlation?: readonly (readonly number[])[]
  /** Of the restored image in the result, 0..1. */
  readonly share: number
}

/** How much noise there is, and how much of it to take out. */
function judge({ model, trained, sigma, strength }: DenoiseParams, image: PixelImage): Judgement {
  const colors = colorChannels(image)
  const same = (level: number) => new Array<number>(colors).fill(level)
  const share = Math.min(1, strength)
  // Other noise has no sigma that could be told.
  if (trained && trained.kind !== 'gaussian') return { estimated: null, sigmas: same(0), share }
  if (share === 0 || sigma === 0) return { estimated: null, sigmas: same(0), share: 0 }
  const isApart = colors > model.spec.input.channels
  // Noise of a known strength may be alike in all channels too.
  const noise = sigma === null || isApart ? estimateChannels(image) : null
  const { sigmas: estimated = null, correlation } = noise ?? {}
  if (sigma !== null) return { estimated, sigmas: same(sigma), correlation, share }
  return {
    estimated,
    sigmas: estimated,
    correlation,
    share: share * certainty(Math.max(0, ...(estimated ?? []))),
  }
}

/** 0..1 */
function certainty(sigma: number): number {
  return Math.min(1, Math.max(0, (sigma - invisible) / (certain - invisible)))
}
