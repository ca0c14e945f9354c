import { type Planes, PlaneTiles } from '../../../engine/restoration/planeTiles'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { takeBack } from '../../../engine/restoration/backProjection'
import { restoreWith } from './keptRestorer'
import type { RestoringModel } from './denoisingTasks'
import type { ComputeTarget, ProgressEvent } from '../../../worker/protocol'

/**
 * Planes of an image through a model, once for each level that it is told. Pixels outside a mask stay as they were, and what
 * is enlarged remains, made smaller, the small image.
 */
interface RestorePlanes {
  params: ComputeTarget & {
    model: RestoringModel
    planes: Planes
    levels: readonly number[]
    /** Height × width, 1 where a pixel may change. */
    mask?: Uint8Array
    /** The image that was enlarged: planes × height × width. */
    small?: { readonly height: number; readonly width: number; readonly data: Float32Array }
    tile: number | null
  }
  result: { data: Float32Array }
  event: ProgressEvent
}

/**
 * Planes through a model, again and again where several levels are given: what the model says of an image is the next image,
 * but what is known of it comes back each time (plug-and-play, Venkatakrishnan et al. 2013; Zhang et al. 2021, "Plug-and-Play
 * Image Restoration with Deep Denoiser Prior").
 */
export async function restorePlanes(
  { planes: given, levels, mask, small, ...request }: RestorePlanes['params'],
  context: TaskContext<RestorePlanes['event']>,
): Promise<RestorePlanes['result']> {
  let data = given.data
  for (const [step, level] of levels.entries()) {
    if (small) takeBack({ ...given, data }, small)
    const result = new Float32Array(data.length)
    await restoreWith(new PlaneTiles({ ...given, data }, result), {
      ...request,
      sigmas: new Array<number>(given.planes).fill(level),
      onProgress: (done, total) => {
        throwIfEnding(context as TaskContext<never>)
        context.emit({ type: 'progress', done: 1000 * (step + done / total), total: 1000 * levels.length })
      },
    })
    if (mask) keepKnown(result, given.data, mask, given.channels)
    data = result
  }
  if (small) takeBack({ ...given, data }, small)
  return { data }
}

/** Pixels that are not missing stay what they were. */
function keepKnown(result: Float32Array, known: Float32Array, mask: Uint8Array, channels: number): void {
  for (let i = 0; i < result.length; i++)
    if (mask[Math.floor(i / channels) % mask.length] === 0) result[i] = known[i]!
}
