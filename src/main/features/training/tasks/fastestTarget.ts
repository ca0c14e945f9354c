import type { ModelSpec } from '../../../../shared/modelSpec'
import type { TrainingConfig } from '../../../../shared/trainingConfig'
import { measureTraining } from './measureTraining'
import type { ComputeTarget } from '../../../worker/protocol'
import { candidates } from '../../../worker/runtimes'
import type { TaskContext } from '../../../worker/taskContext'

/** How long each candidate is timed, compiling left out. */
const timedMs = 300

export interface TimedTarget extends Required<ComputeTarget> {
  readonly samplesPerSecond: number
}

/** What was fastest for a model, for as long as the worker lives. */
const known = new Map<string, TimedTarget>()

/**
 * Times this very model on each runtime that is installed, and says which is the fastest. A target that is asked for is timed
 * alone. One that cannot train the model is left out; if none can, the first one's error is thrown.
 */
export async function fastestTarget(
  asked: ComputeTarget,
  spec: ModelSpec,
  config: TrainingConfig,
  context: TaskContext<never>,
): Promise<TimedTarget> {
  const key = JSON.stringify([
    asked,
    { ...spec, seed: 0 },
    config.batchSize,
    config.noise,
    config.optimizer.name,
  ])
  const before = known.get(key)
  if (before) return before
  const timed: TimedTarget[] = []
  const failures: unknown[] = []
  for (const target of asked.runtime ? [asked] : candidates(asked)) {
    try {
      timed.push(await measureTraining({ ...target, spec, config, forMs: timedMs }, context))
    } catch (error) {
      if (context.requested() !== 'continue') throw error
      failures.push(error)
    }
  }
  if (timed.length === 0) throw failures[0]
  const fastest = timed.reduce((a, b) => (b.samplesPerSecond > a.samplesPerSecond ? b : a))
  known.set(key, fastest)
  return fastest
}
