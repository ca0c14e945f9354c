import type { Region } from '../../../../shared/region'
import { takeCoarse } from '../../../engine/denoising/coarseColor'
import type { DenoisingPlan } from '../../../engine/denoising/denoisingPlan'
import type { PixelImage } from '../../../engine/denoising/pixelTiles'
import { unclip } from '../../../engine/denoising/unclip'
import { cutOut, putBack, surroundingsOf, withSurroundings } from '../../../engine/denoising/surroundings'
import { planRestoring } from './restoringPlan'
import { cutOffNoise, judgeNoise } from './imageNoise'
import type { RestoreRegionsParams } from './denoisingTasks'
import { repairedSubject } from './repairedSubject'
import { coarsePlanes, type PixelRequest, restoreCoarse, restoreFine } from './restorePixels'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'

/** Parts of an image, as they are in the whole one restored; a `region` event each. */
interface RestoreRegions {
  params: RestoreRegionsParams
  result: { ms: number }
  event: { readonly type: 'region'; readonly index: number }
}

/** Parts of an image, restored with as much around them as the model sees. */
export async function restoreRegions(
  params: RestoreRegionsParams,
  context: TaskContext<RestoreRegions['event']>,
): Promise<RestoreRegions['result']> {
  const { model, trained, result, regions, strength, tile, runtime, device } = params
  const startedAt = performance.now()
  const { image } = repairedSubject(params)
  const judged = judgeNoise({ ...params, strength: Math.max(1, strength) }, image)
  const { noise, sigmas } = judged
  const plan = planRestoring(params, image, judged)
  // Planes of a part come one after the other: whoever wants another part by then does not wait for all of them.
  const onProgress = () => throwIfEnding(context as TaskContext<never>)
  const clipped = cutOffNoise(image, judged)
  const source = { model, trained, coarse: noise?.coarse ?? null, clipped, runtime, device, onProgress }
  for (const [index, region] of regions.entries()) {
    throwIfEnding(context as TaskContext<never>)
    if (sigmas) await restoreRegion(image, { ...image, data: result }, region, plan, { ...source, tile })
    else putBack({ ...image, data: result }, image, { left: 0, top: 0, ...image }, region)
    context.emit({ type: 'region', index })
  }
  return { ms: performance.now() - startedAt }
}

/** One part of an image into `result`, as it is in the whole one restored. */
export async function restoreRegion(
  image: PixelImage,
  result: PixelImage,
  region: Region,
  plan: DenoisingPlan,
  source: PixelRequest & { readonly tile: number },
): Promise<void> {
  const { spec } = source.model
  const coarse = coarsePlanes(plan)
  const { margin, step } = surroundingsOf(spec, coarse.length > 0)
  // All of a part in one tile, which is as large wherever it lies.
  const request = { ...source, tile: source.tile + 2 * margin + 3 * step }
  const own = withSurroundings(image, region, { margin: surroundingsOf(spec, false).margin + step, step })
  const given = cutOut(image, own)
  const restored = { ...given, data: given.data.slice() }
  await restoreFine(given, restored.data, plan, request)
  if (coarse.length > 0) {
    const wide = withSurroundings(image, region, { margin, step })
    const seen = cutOut(image, wide)
    for (const plane of coarse) {
      const halves = await restoreCoarse(seen, plane, plan, request)
      takeCoarse(restored, plane, cutOut(halves, halfOf(own, wide)).data as Float32Array)
    }
  }
  unclip(restored, source.clipped ?? null)
  putBack(result, restored, own, region)
}

/** A part of a cut-out, at half the size. */
function halfOf(part: Region, within: Region): Region {
  return {
    left: (part.left - within.left) / 2,
    top: (part.top - within.top) / 2,
    width: Math.ceil(part.width / 2),
    height: Math.ceil(part.height / 2),
  }
}
