import { planDenoising } from '../../engine/denoising/denoisingPlan'
import { colorChannels, type PixelImage } from '../../engine/denoising/pixelTiles'
import { cutOut, putBack, surroundingsOf, withSurroundings } from '../../engine/denoising/surroundings'
import { judgeNoise } from '../imageNoise'
import type { ComputeTasks, RestoreRegionsParams } from '../protocol'
import { coarsePlanes, restorePixels } from '../restorePixels'
import { type TaskContext, throwIfEnding } from '../taskContext'

/** Parts of an image, restored with as much around them as the model sees. */
export async function restoreRegions(
  params: RestoreRegionsParams,
  context: TaskContext<ComputeTasks['restoreRegions']['event']>,
): Promise<ComputeTasks['restoreRegions']['result']> {
  const { model, trained, pixels, result, regions, strength, tile, runtime, device } = params
  const startedAt = performance.now()
  const image: PixelImage = { ...params, data: pixels }
  const { noise, sigmas } = judgeNoise({ ...params, strength: Math.max(1, strength) })
  const known = sigmas ?? new Array<number>(colorChannels(image)).fill(0)
  const removed = known.map((one) => one * Math.max(1, strength))
  const plan = planDenoising(model.spec, trained, removed, noise?.correlation)
  const around = surroundingsOf(model.spec, coarsePlanes(plan).length > 0)
  for (const [index, region] of regions.entries()) {
    throwIfEnding(context as TaskContext<never>)
    if (sigmas) {
      const cut = withSurroundings(image, region, around)
      const given = cutOut(image, cut)
      const restored = given.data.slice()
      await restorePixels(given, restored, plan, {
        ...{ model, trained, coarse: noise?.coarse ?? null, runtime, device },
        // All of it in one.
        tile: tile + 2 * around.margin + 3 * around.step,
      })
      putBack({ ...image, data: result }, { ...given, data: restored }, cut, region)
    } else
      putBack(
        { ...image, data: result },
        image,
        { left: 0, top: 0, width: image.width, height: image.height },
        region,
      )
    context.emit({ type: 'region', index })
  }
  return { ms: performance.now() - startedAt }
}
