import type { RunProgress } from '../../../shared/api/library'
import type { EpochMetrics } from '../../../shared/run'

export type TrainingRequest = 'continue' | 'pause' | 'stop'
export type TrainingOutcome = 'done' | 'paused' | 'stopped'

/** `trainLoss` is the mean over the epoch so far. */
export type TrainingProgress = Omit<RunProgress, 'phase'>

export interface TrainingObserver {
  /** Asked between calls of the runtime. */
  requested(): TrainingRequest
  /** After each call of the runtime; throttling is the observer's. */
  progress(progress: TrainingProgress): void
  /** After each epoch, when the trainer's values and position are those of its end. */
  epochEnded(metrics: EpochMetrics): Promise<void>
}
