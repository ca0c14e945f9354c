import { trainLevels as train } from '../../engine/denoising/realNoise/trainLevels'
import type { ComputeTasks } from '../protocol'
import { chooseRuntime } from '../runtimes'

export async function trainLevels({
  samples,
  ...target
}: ComputeTasks['trainLevels']['params']): Promise<ComputeTasks['trainLevels']['result']> {
  const { runtime, device } = chooseRuntime(target)
  return { network: await train(runtime, device, samples) }
}
