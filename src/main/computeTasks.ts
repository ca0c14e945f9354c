import { benchTasks } from './cli/bench/tasks'
import { builtinTasks } from './cli/builtin/tasks'
import { anomalyTasks } from './features/anomalies/tasks'
import { compressionTasks } from './features/compression/tasks'
import { denoisingTasks } from './features/denoising/tasks'
import { experimentTasks } from './features/experiments/tasks'
import { latentTasks } from './features/latent/tasks'
import { modelTasks } from './features/models/tasks'
import { ratingsTasks } from './features/ratings/tasks'
import { showcaseTasks } from './features/showcase/tasks'
import { tableTasks } from './features/tables/tasks'
import { trainingTasks } from './features/training/tasks'
import { describeRuntimes } from './worker/runtimes'
import type { TaskContext } from './worker/taskContext'

/** All that the compute worker does. The client takes the types of its calls from here, and loads none of it. */
export const computeTasks = {
  devices: describeRuntimes,
  ...benchTasks,
  ...builtinTasks,
  ...anomalyTasks,
  ...compressionTasks,
  ...denoisingTasks,
  ...experimentTasks,
  ...latentTasks,
  ...modelTasks,
  ...ratingsTasks,
  ...showcaseTasks,
  ...tableTasks,
  ...trainingTasks,
}

/** A task as its client sees it: parameters, result, and what it reports meanwhile. */
interface Task<Params, Result, Event> {
  readonly params: Params
  readonly result: Result
  readonly event: Event
}
type TaskOf<F> = F extends (...args: infer A) => Promise<infer Result>
  ? Task<A extends [infer P, ...unknown[]] ? P : never, Result, EventOf<A>>
  : never
type EventOf<A> = A extends [unknown, TaskContext<infer Event>] ? Event : never

export type ComputeTasks = { [T in keyof typeof computeTasks]: TaskOf<(typeof computeTasks)[T]> }
