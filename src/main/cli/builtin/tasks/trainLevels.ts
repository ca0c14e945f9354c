import { levelSamples } from '../../../engine/denoising/realNoise/levelSamples'
import { type LevelSample, trainLevels as train } from '../../../engine/denoising/realNoise/trainLevels'
import type { ComputeTasks } from '../../../worker/protocol'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'

export async function trainLevels(
  { tiles, side, count, ...target }: ComputeTasks['trainLevels']['params'],
  context: TaskContext<ComputeTasks['trainLevels']['event']>,
): Promise<ComputeTasks['trainLevels']['result']> {
  const samples: LevelSample[] = []
  for (const sample of levelSamples(tiles, side, count)) {
    samples.push(sample)
    throwIfEnding(context as TaskContext<never>)
    context.emit({ type: 'progress', done: samples.length, total: count })
  }
  const { runtime, device } = chooseRuntime(target)
  return { network: await train(runtime, device, samples) }
}
