import type { EpochMetrics } from '../../../shared/run'

export type TrainingRequest = 'continue' | 'pause' | 'stop'
export type TrainingOutcome = 'done' | 'paused' | 'stopped'

export interface TrainingProgress {
  readonly epoch: number
  readonly epochs: number
  readonly batch: number
  readonly batches: number
  /** Mean over the epoch so far. */
  readonly trainLoss: number
  readonly samplesPerSecond: number
  readonly timeLeftMs: number
}

export interface TrainingObserver {
  /** Asked between calls of the runtime. */
  requested(): TrainingRequest
  /** After each call of the runtime; throttling is the observer's. */
  progress(progress: TrainingProgress): void
  /** After each epoch, when the trainer's values and position are those of its end. */
  epochEnded(metrics: EpochMetrics): Promise<void>
}
