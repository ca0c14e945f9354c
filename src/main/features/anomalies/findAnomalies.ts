import type { AnomalyResult, AnomalySettings, AnomalyView, ScoredImage } from '../../../shared/anomalies'
import type { ModelWork } from '../models/modelWork'
import type { ComputeTarget, TrainEvent } from '../../worker/protocol'

export interface AnomalyRequest extends ComputeTarget, AnomalySettings {
  /**
   * A run or a saved model; or a dataset or folder of images, on which one is trained. Null trains one on `fit`, or on
   * `target` where there is none.
   */
  readonly model: string | null
  /** What is looked through: a dataset, folders or images. Null takes what the model is trained on, or MVTec's `test`. */
  readonly target: readonly string[] | null
  /** Normal images, by which scores are judged. Null takes those that the model was trained on. */
  readonly fit: string | null
  /** Labels of normal images; null: all of those that it is fitted on, or `good` where there is that label. */
  readonly normal: readonly string[] | null
  /** Where a model that is trained is kept; in a temporary folder without. */
  readonly run?: string
}

export type AnomalyPhase = 'training' | 'fitting' | 'scoring'

export interface AnomalyWork extends ModelWork {
  readonly onPhase?: (phase: AnomalyPhase) => void
  readonly onTraining?: (event: TrainEvent) => void
  /** In the order of the dataset. Called once all scores are known where an image's score depends on the others. */
  readonly onImage?: (image: ScoredImage) => void
}

/** A detector that has looked through images, for as long as somebody looks at what it found. Close it. */
export interface FoundAnomalies {
  readonly result: AnomalyResult
  /** An image of those that were scored, by its `index`. */
  view(index: number): Promise<AnomalyView>
  /** Scores an image file that was not among them. @throws ExpectedError where it cannot be read */
  score(path: string): Promise<ScoredImage>
  /** Heat map of a file that was not among them. @throws ExpectedError */
  viewFile(path: string): Promise<AnomalyView>
  close(): Promise<void>
}

/** Finds the odd ones among images. @throws ExpectedError, CancelledError */
export declare function findAnomalies(request: AnomalyRequest, work: AnomalyWork): Promise<FoundAnomalies>
