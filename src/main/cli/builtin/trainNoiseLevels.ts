import { join, resolve } from 'node:path'
import { writeFileAtomic } from '../../store/atomicWrite'
import { makeFolder } from '../../store/makeFolder'
import type { TrainOptions } from '../../features/training/trainRun'
import { openDenoisingModel } from '../../features/denoising/denoisingModels'
import { builtin } from '../../features/models/builtinModels'
import { makeCameraTiles, readTiles, tileSide } from './cameraTiles'
import type { CameraTraining } from './trainCamera'

/** Pictures that it learns from: of the first it is measured what a denoiser makes of them by what it is told. */
const counts = { measured: 3500, plain: 8300 }

/**
 * Trains the network that estimates how much noise there is in a picture, and writes it to levels.json. That of the app has
 * seen the 432 photographs of color432 and 71 wallpapers of Debian's packages mate-backgrounds, plasma-workspace-wallpapers,
 * ukui-wallpapers and lomiri-wallpapers.
 */
export async function trainNoiseLevels(
  { work, photographs, out, runtime, device }: CameraTraining,
  { client, signal }: Pick<TrainOptions, 'client' | 'signal'>,
): Promise<void> {
  // What was trained for an hour must find where to go.
  await makeFolder(out)
  const folder = resolve(work, 'tiles')
  await makeCameraTiles(photographs, folder)
  const tiles = await readTiles(folder)
  const { files: model, trained } = await openDenoisingModel(builtin('color'))
  const params = {
    ...{ tiles, side: tileSide, model, trained, counts, runtime, device },
    files: { measured: join(resolve(work), 'measured.jsonl'), plain: join(resolve(work), 'plain.jsonl') },
  }
  const { network } = await client.call('trainLevels', params, { signal, transfer: [tiles.buffer] })
  await writeFileAtomic(join(out, 'levels.json'), `${JSON.stringify(network)}\n`)
}
