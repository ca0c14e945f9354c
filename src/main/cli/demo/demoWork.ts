import type { Tying } from '../../../shared/modelSpec'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { TrainEvent } from '../../features/training/tasks/trainingTasks'

export interface DemoRequest extends ComputeTarget {
  /** A new or empty folder, or an earlier demo's, which is replaced. */
  readonly out: string
  /** Images to train on; a third as many more, at most 2,000, are held out. */
  readonly count: number
  readonly epochs: number
  readonly seed: number
  /** How the command line is called here, for the report's hints: "hourglass". */
  readonly program: string
}

/** What a demo has beside its request. */
export interface DemoWork {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  /** Of all steps but training. `label` is a verb: "Drawing". */
  readonly onProgress: (label: string, done: number, total: number, unit: string) => void
  readonly onTraining: (tying: Tying, event: TrainEvent) => void
}
