import { inputSize, type ModelSpec } from '../../../../shared/modelSpec'
import { Trainer } from '../../../engine/training/trainer'
import type { MeasureParams } from './trainingTasks'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { randomImages } from './randomImages'
import type { RuntimeName } from '../../../../shared/trainingConfig'

/** The speed of training a model, on random images. */
interface MeasureTraining {
  params: MeasureParams
  result: { runtime: RuntimeName; device: string; samplesPerSecond: number }
  event: never
}

/** A multiple of the steps in a call, as nearly all calls of a long epoch are whole. */
const batchesPerEpoch = 32
/** Bytes of random images at most. */
const memoryBudget = 64 << 20

/** The speed of the training loop as runs have it, feeding included, on random images in memory. */
export async function measureTraining(
  { spec, config, forMs, ...target }: MeasureParams,
  context: TaskContext<never>,
): Promise<MeasureTraining['result']> {
  const { runtime, device } = chooseRuntime(target)
  const inputs = inputSize(spec.input)
  const batches = Math.max(1, Math.min(batchesPerEpoch, Math.floor(memoryBudget / inputs / config.batchSize)))
  const source = randomImages(inputs, config.batchSize * batches)
  const endless = { ...config, epochs: 1_000_000, validationSplit: 0, patches: null }
  // Random images have no principal components worth finding.
  const drawn: ModelSpec = spec.initializer === 'pca' ? { ...spec, initializer: 'he-normal' } : spec
  const trainer = await Trainer.create(runtime, device, drawn, endless, source)
  try {
    // The first call compiles and warms caches.
    const warm = await trainer.trainSteps(1)
    const steps = Math.max(1, Math.round(forMs / 8 / Math.max(0.05, warm.ms)))
    const times: number[] = []
    const startedAt = performance.now()
    do {
      throwIfEnding(context)
      times.push((await trainer.trainSteps(steps)).ms)
    } while (performance.now() - startedAt < forMs)
    const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
    return { runtime: runtime.name, device, samplesPerSecond: config.batchSize / (median / 1000) }
  } finally {
    await trainer.dispose()
  }
}
