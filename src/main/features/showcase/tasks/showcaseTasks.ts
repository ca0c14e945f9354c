import type { ModelSpec } from '../../../../shared/modelSpec'
import type { TrainingPosition } from '../../../engine/training/position'
import type { ComputeTarget } from '../../../worker/protocol'

/** Where a training stands that was stopped, so that it can go on. */
export interface ShowcaseState {
  /** By name, the optimizer's state among them. */
  readonly values: Readonly<Record<string, Float32Array>>
  readonly position: TrainingPosition
  readonly elapsedMs: number
}

export interface LearnParams extends ComputeTarget {
  readonly spec: ModelSpec
  /** count × inputs bytes. */
  readonly pixels: Uint8Array
  /** Rows that are shown as they come out again, ascending. */
  readonly shown: Uint32Array
  /** It learns for so long, all stretches together. */
  readonly forMs: number
  /** Between two events, at least. */
  readonly everyMs: number
  /** Goes on from there. */
  readonly from: ShowcaseState | null
}

export interface LearnEvent {
  readonly step: number
  /** Mean over the steps since the event before; null in the first one, which shows the network as it begins. */
  readonly loss: number | null
  readonly elapsedMs: number
  /** The images of `shown` through the network, bytes. */
  readonly reconstructions: Uint8Array
}
