import { type Mix, mixPixels, wholeMix } from '../../../../shared/mixPixels'
import { mixWithMask } from '../../../../shared/mixWithMask'
import { isRepairedFor } from '../../../../shared/noise'
import type { Region } from '../../../../shared/region'
import { factorRows, partsWithMore, strongerThan } from '../../../../shared/strengthMask'
import type { DenoisingPlan } from '../../../engine/denoising/denoisingPlan'
import { type PixelImage } from '../../../engine/denoising/pixelTiles'
import { emptyLike } from '../../../engine/imaging/pixelValues'
import { noRepairs } from '../../../engine/denoising/repair/repairImage'
import { planRestoring } from './restoringPlan'
import { cutOffNoise, judgeNoise } from './imageNoise'
import type { DenoiseEvent, DenoiseParams, PixelData, Repairs } from './denoisingTasks'
import { rangeScale, repairedSubject } from './repairedSubject'
import { type PixelRequest, restorePixels } from './restorePixels'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { restoreRegion } from './restoreRegions'
import type { NoiseLevels } from '../../../engine/synthesis/levels'

/** One image of any size, without its noise. */
interface Denoise {
  params: DenoiseParams
  /** Sigma in each channel of colour on the scale of `sigma`, null where that cannot be told; height and width of the tiles, 0 if it was restored already or repaired only, null if left as it was. */
  result: {
    estimated: readonly number[] | null
    /** Of noise that is not white, on the same scale. */
    levels: NoiseLevels | null
    tile: number | null
    repairs: Repairs
  }
  event: DenoiseEvent
}

/** One image of any size without its noise; a `restored` event gives its pixels. */
export async function denoise(
  params: DenoiseParams,
  context: TaskContext<DenoiseEvent>,
): Promise<Denoise['result']> {
  const { model, trained, pixels, strength, restored } = params
  const { color = wholeMix.color, detail = wholeMix.detail } = params
  const { image, repairs } = strength > 0 ? repairedSubject(params) : asItIs(params)
  const repaired = image.data as PixelData
  const judged = judgeNoise(params, image)
  const { noise, sigmas, share } = judged
  const scale = rangeScale(image)
  const estimated = judged.estimated?.map((one) => one / scale) ?? null
  const levels = noise?.levels
    ? { brightness: noise.levels.brightness / scale, color: noise.levels.color / scale }
    : null
  const emit = (data: PixelData) =>
    context.emit({ type: 'restored', pixels: data }, [data.buffer as ArrayBuffer])
  // Before anything else it has to be known whether the model can do it.
  const plan = planRestoring(params, image, judged)
  if (!sigmas || share === 0) {
    emit(repaired.buffer instanceof ArrayBuffer ? repaired : repaired.slice())
    return { estimated, levels, repairs, tile: repaired === pixels ? null : 0 }
  }
  const more = moreParts({ ...params, trained }, share)
  // The parts of the work, by their pixels.
  const first = restored ? 0 : 1 / (1 + shareOf(more, image))
  const progress = (from: number, part: number) => (done: number, total: number) => {
    throwIfEnding(context as TaskContext<never>)
    context.emit({ type: 'progress', done: Math.round(1000 * (from + (part * done) / total)), total: 1000 })
    // Until it is handled: that is how a person pauses it.
    context.waitForClient(1)
  }
  const request: PixelRequest = {
    model,
    trained,
    coarse: noise?.coarse ?? null,
    clipped: cutOffNoise(image, judged),
    runtime: params.runtime,
    device: params.device,
    tile: params.tile,
    threads: params.threads,
    onSmallerTile: (side) => context.emit({ type: 'smaller-tile', tile: side }),
  }
  const result = restored?.slice() ?? emptyLike(pixels)
  const used = restored
    ? 0
    : await restorePixels(image, result, plan, { ...request, onProgress: progress(0, first) })
  const onProgress = progress(first, 1 - first)
  const twice = () => planRestoring({ ...params, strength: strongerThan(strength) }, image, judged)
  const stronger =
    more.length > 0 ? await restoreParts(image, more, twice(), { ...request, onProgress }) : null
  mixResult(result, stronger, { ...params, pixels: repaired }, { strength: share, color, detail })
  // With so little noise that no value moves, there was nothing to do either.
  const isSame = isEqual(result, pixels)
  emit(result)
  return { estimated, levels, repairs, tile: isSame ? null : used }
}

const asItIs = ({ pixels, height, width, channels }: DenoiseParams) => ({
  image: { height, width, channels, data: pixels } satisfies PixelImage,
  repairs: noRepairs,
})

/** Height and width of the parts that are restored a second time: those of a picture that is looked at, to get the same. */
const partSide = 256
const tileSide = 512

/** Where more is asked for than the model takes out else. Only noise with a sigma can be told to be stronger. */
function moreParts({ mask, trained, width, height }: DenoiseParams, share: number): Region[] {
  if (!mask || !isRepairedFor(trained)) return []
  return partsWithMore(mask, { width, height }, share, partSide)
}

const shareOf = (parts: readonly Region[], image: PixelImage): number =>
  parts.reduce((sum, { width, height }) => sum + width * height, 0) / (image.width * image.height)

/** @returns as many pixels as the image has, of which only those of the parts are set */
async function restoreParts(
  image: PixelImage,
  parts: readonly Region[],
  plan: DenoisingPlan,
  { onProgress, ...request }: PixelRequest,
): Promise<PixelData> {
  const data = emptyLike(image.data as PixelData)
  for (const [i, part] of parts.entries()) {
    await restoreRegion(image, { ...image, data }, part, plan, {
      ...request,
      tile: tileSide,
      onProgress: (done, total) => onProgress?.(i + done / total, parts.length),
    })
  }
  return data
}

/** Puts some of the original back, as it is set and painted. */
function mixResult(
  result: PixelData,
  stronger: PixelData | null,
  {
    pixels,
    channels,
    mask,
    width,
    height,
  }: Pick<DenoiseParams, 'pixels' | 'channels' | 'mask' | 'width' | 'height'>,
  mix: Mix,
): void {
  if (mask) {
    const factors = factorRows(mask, { width, height }, { left: 0, top: 0, width, step: 1 })
    mixWithMask(result, pixels, result, channels, mix, { factors, width, stronger })
  } else if (mix.strength < 1 || mix.color < 1 || mix.detail > 0)
    mixPixels(result, pixels, result, channels, mix)
}

function isEqual(a: PixelData, b: PixelData): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: PixelData) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
  return bytes(a).equals(bytes(b))
}
