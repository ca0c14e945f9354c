import { preprocessingSchema } from '../../../shared/dataset'
import { writeFileAtomic } from '../../store/atomicWrite'
import { type TrainSummary, trainNewRun } from '../../features/training/trainRun'
import { demoFiles } from './demoFolder'
import { demoSpec, demoTraining } from './demoPlan'
import type { DemoRequest, DemoWork } from './demoWork'

/**
 * Trains the same layers tied and untied, all else equal, from a spec that it leaves in the folder.
 * @throws CancelledError after saving, ExpectedError
 */
export async function trainBoth(
  request: DemoRequest,
  { client, signal, onTraining }: DemoWork,
): Promise<Record<'tied' | 'untied', TrainSummary>> {
  const { out, epochs, seed, runtime, device } = request
  const specFile = demoFiles.spec(out)
  await writeFileAtomic(specFile, `${JSON.stringify(demoSpec, null, 2)}\n`)
  const train = async (tying: 'tied' | 'untied') => {
    const run = demoFiles.run(out, tying)
    return trainNewRun(
      {
        run,
        dataset: { source: demoFiles.dataset(out), preprocessing: preprocessingSchema.parse({}) },
        model: { specFile, tying, seed },
        config: { ...demoTraining, epochs, seed },
        runtime,
        device,
        overwrite: true,
      },
      { client, signal, onEvent: (event) => onTraining(tying, event) },
    )
  }
  return { tied: await train('tied'), untied: await train('untied') }
}
