import { modelSpecSchema } from '../../../../shared/modelSpec'
import { trainingConfigSchema } from '../../../../shared/trainingConfig'
import { Trainer } from '../../../engine/training/trainer'
import type { BenchParams, BenchResult } from './benchTasks'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { randomImages } from '../../../features/training/tasks/randomImages'
import type { ProgressEvent } from '../../../worker/protocol'

/** Steps before the clock starts. */
const warmUp = 16
/** A multiple of the steps in a call, as nearly all calls of a long epoch are whole. */
const batchesPerEpoch = 64

/** The speed of the training loop as runs have it, feeding included, on random images in memory. */
export async function benchTrain(
  params: BenchParams,
  context: TaskContext<ProgressEvent>,
): Promise<BenchResult> {
  const { runtime, device } = chooseRuntime(params)
  const { dims, batch, steps, rounds } = params
  const source = randomImages(dims[0]!, batch * batchesPerEpoch)
  const spec = modelSpecSchema.parse({
    input: { height: 1, width: dims[0], channels: 1 },
    encoder: dims.slice(1).map((units) => ({ type: 'dense', units, activation: 'relu' })),
  })
  const config = trainingConfigSchema.parse({
    epochs: 1_000_000,
    batchSize: batch,
    validationSplit: 0,
    noise: params.noise,
  })
  const trainer = await Trainer.create(runtime, device, spec, config, source)
  try {
    await trainer.trainSteps(warmUp)
    const results: { ms: number; feedingMs: number; loss: number }[] = []
    for (let round = 0; round < rounds; round++) {
      throwIfEnding(context as TaskContext<never>)
      results.push(await trainer.trainSteps(steps))
      context.emit({ type: 'progress', done: round + 1, total: rounds })
    }
    const median = results.sort((a, b) => a.ms - b.ms)[Math.floor(rounds / 2)]!
    return {
      runtime: runtime.name,
      device,
      samplesPerSecond: Math.round(batch / (median.ms / 1000)),
      msPerStep: median.ms,
      loss: median.loss,
      feedingShare: median.feedingMs / median.ms,
    }
  } finally {
    await trainer.dispose()
  }
}
