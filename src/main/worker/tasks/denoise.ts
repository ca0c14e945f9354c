import { wholeMix, mixPixels } from '../../../shared/mixPixels'
import { emptyLike, type PixelImage } from '../../engine/denoising/pixelTiles'
import { noRepairs } from '../../engine/denoising/repair/repairImage'
import { chosenRestoring } from '../chosenRestoring'
import { judgeNoise } from '../imageNoise'
import type { ComputeTasks, DenoiseEvent, DenoiseParams, PixelData } from '../protocol'
import { rangeScale, repairedSubject } from '../repairedSubject'
import { restorePixels } from '../restorePixels'
import { type TaskContext, throwIfEnding } from '../taskContext'

/** One image of any size without its noise; a `restored` event gives its pixels. */
export async function denoise(
  params: DenoiseParams,
  context: TaskContext<DenoiseEvent>,
): Promise<ComputeTasks['denoise']['result']> {
  const { pixels, strength, restored } = params
  const { color = wholeMix.color, detail = wholeMix.detail } = params
  const { image, repairs } = strength > 0 ? repairedSubject(params) : asItIs(params)
  const repaired = image.data as PixelData
  const judged = judgeNoise(params, image)
  const { noise, sigmas, share } = judged
  const scale = rangeScale(image)
  const estimated = judged.estimated?.map((one) => one / scale) ?? null
  const emit = (data: PixelData) =>
    context.emit({ type: 'restored', pixels: data }, [data.buffer as ArrayBuffer])
  // Before anything else it has to be known whether the model can do it.
  const { model, trained, plan, isCamera } = chosenRestoring(params, image, judged)
  if (!sigmas || share === 0) {
    emit(repaired.buffer instanceof ArrayBuffer ? repaired : repaired.slice())
    return { estimated, repairs, isCamera, tile: repaired === pixels ? null : 0 }
  }
  const result = restored?.slice() ?? emptyLike(pixels)
  const used = restored
    ? 0
    : await restorePixels(image, result, plan, {
        ...{ model, trained, coarse: noise?.coarse ?? null },
        ...{ runtime: params.runtime, device: params.device, tile: params.tile, threads: params.threads },
        onProgress: (done, total) => {
          throwIfEnding(context as TaskContext<never>)
          context.emit({ type: 'progress', done, total })
          // Until it is handled: that is how a person pauses it.
          context.waitForClient(1)
        },
        onSmallerTile: (side) => context.emit({ type: 'smaller-tile', tile: side }),
      })
  if (share < 1 || color < 1 || detail > 0)
    mixPixels(result, repaired, result, params.channels, { strength: share, color, detail })
  // With so little noise that no value moves, there was nothing to do either.
  const isSame = isEqual(result, pixels)
  emit(result)
  return { estimated, repairs, isCamera, tile: isSame ? null : used }
}

const asItIs = ({ pixels, height, width, channels }: DenoiseParams) => ({
  image: { height, width, channels, data: pixels } satisfies PixelImage,
  repairs: noRepairs,
})

function isEqual(a: PixelData, b: PixelData): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: PixelData) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
  return bytes(a).equals(bytes(b))
}
