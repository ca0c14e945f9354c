import { stat } from 'node:fs/promises'
import { freemem } from 'node:os'
import { dirname } from 'node:path'
import { isFullyConvolutional } from '../../../../shared/modelSpec'
import { ConvolutionalRestorer } from '../../../engine/denoising/convolutionalRestorer'
import { lanesOf } from '../../../engine/denoising/lanes'
import { PatchRestorer } from '../../../engine/denoising/patchRestorer'
import { restoreInTiles } from '../../../engine/denoising/restoreInTiles'
import type { Restorer, ToldNoise } from '../../../engine/denoising/restorer'
import type { TiledImage } from '../../../engine/denoising/tiledImage'
import { largestTile, smallestTile, tileFor } from '../../../engine/denoising/tileSize'
import { originalFile } from '../../../store/modelStore'
import { readParameters } from '../../../worker/loadModel'
import type { ComputeTarget } from '../../../worker/protocol'
import type { RestoringModel } from './denoisingTasks'
import { chooseRuntime } from '../../../worker/runtimes'

export interface RestoringRequest extends ComputeTarget {
  readonly model: RestoringModel
  /** Height and width of a tile; null for what goes into memory. */
  readonly tile: number | null
  /** Of the processor; if not given, what the runtime takes by itself. */
  readonly threads?: number
  readonly sigmas: readonly (ToldNoise | null)[]
  readonly onProgress?: (done: number, total: number) => void
  readonly onSmallerTile?: (tile: number) => void
}

/** The model that was used last, which the next image of a folder takes too. */
let kept: { key: string; restorer: Restorer; create: (tile: number) => Restorer } | null = null

/**
 * Restores an image with a model, whatever its size. @returns height and width of the tiles
 * @throws ExpectedError
 */
export async function restoreWith(
  image: TiledImage,
  { model, tile, threads, sigmas, onProgress, onSmallerTile, ...target }: RestoringRequest,
): Promise<number> {
  const { spec, quality } = model
  const smallest = smallestTile(spec)
  const { mtimeMs, size } = await stat(model.weights)
  const key = JSON.stringify([model.weights, mtimeMs, size, target, tile, threads])
  let using = kept?.key === key ? kept : null
  if (!using) {
    await kept?.restorer.dispose()
    const { runtime, device } = chooseRuntime(target)
    const lanes = lanesOf(runtime, device)
    const values = await readParameters(model)
    const kind = isFullyConvolutional(spec) ? ConvolutionalRestorer : PatchRestorer
    const file = originalFile(dirname(model.weights))
    const create = (side: number) =>
      new kind(runtime, spec, values, { device, threads, ...lanes, tile: side, file })
    const side = Math.max(smallest, Math.min(largestTile(spec), tile ?? tileFor(spec, freemem(), lanes)))
    using = { key, create, restorer: create(side) }
  }
  // Whatever fails leaves nothing that could be used again.
  kept = null
  const { create, restorer: first } = using
  const restorer = await restoreInTiles(image, first, {
    sigmas,
    quality,
    onProgress,
    onSmallerTile,
    smallest,
    create,
  })
  kept = { key, create, restorer }
  return restorer.tile
}
