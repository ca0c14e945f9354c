import { levelSamples } from '../../../engine/denoising/realNoise/levelSamples'
import { type LevelSample, trainLevels as train } from '../../../engine/denoising/realNoise/trainLevels'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import type { LevelNetwork } from '../../../engine/denoising/realNoise/levelEstimate'
import type { ComputeTarget, ProgressEvent } from '../../../worker/protocol'

/** The network that estimates levels of noise. @param tiles clean photographs, count × side × side × 3 bytes */
interface TrainLevels {
  params: ComputeTarget & { tiles: Uint8Array; side: number; count: number }
  result: { network: LevelNetwork }
  event: ProgressEvent
}

export async function trainLevels(
  { tiles, side, count, ...target }: TrainLevels['params'],
  context: TaskContext<TrainLevels['event']>,
): Promise<TrainLevels['result']> {
  const samples: LevelSample[] = []
  for (const sample of levelSamples(tiles, side, count)) {
    samples.push(sample)
    throwIfEnding(context as TaskContext<never>)
    context.emit({ type: 'progress', done: samples.length, total: count })
  }
  const { runtime, device } = chooseRuntime(target)
  return { network: await train(runtime, device, samples) }
}
