import { PlaneTiles } from '../../../engine/restoration/planeTiles'
import type { ComputeTasks } from '../../../worker/protocol'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { takeBack } from '../../../engine/restoration/backProjection'
import { restoreWith } from './keptRestorer'

/**
 * Planes through a model, again and again where several levels are given: what the model says of an image is the next image,
 * but what is known of it comes back each time (plug-and-play, Venkatakrishnan et al. 2013; Zhang et al. 2021, "Plug-and-Play
 * Image Restoration with Deep Denoiser Prior").
 */
export async function restorePlanes(
  { planes: given, levels, mask, small, ...request }: ComputeTasks['restorePlanes']['params'],
  context: TaskContext<ComputeTasks['restorePlanes']['event']>,
): Promise<ComputeTasks['restorePlanes']['result']> {
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
