import { join, resolve } from 'node:path'
import { writeFileAtomic } from '../../store/atomicWrite'
import type { TrainOptions } from '../training/trainRun'
import { makeCameraTiles } from './cameraTiles'
import { levelSamples } from './levelSamples'
import type { CameraTraining } from './trainCamera'

/** Pictures that it learns from. */
const count = 5000

/** Trains the network that estimates how much noise there is in a picture, and writes it to levels.json. */
export async function trainNoiseLevels(
  { work, photographs, out, runtime, device }: CameraTraining,
  { client, signal }: Pick<TrainOptions, 'client' | 'signal'>,
  onSample: (done: number, total: number) => void,
): Promise<void> {
  const tiles = resolve(work, 'tiles')
  await makeCameraTiles(photographs, tiles)
  const samples = await levelSamples(tiles, count, (done) => {
    signal?.throwIfAborted()
    onSample(done, count)
  })
  const { network } = await client.call('trainLevels', { samples, runtime, device }, { signal })
  await writeFileAtomic(join(out, 'levels.json'), `${JSON.stringify(network)}\n`)
}
