import { assertNever } from '../../../shared/errors'
import type { ScheduleConfig } from '../../../shared/trainingConfig'

export interface SchedulePosition {
  /** Steps done, of `steps` in all epochs. */
  readonly step: number
  readonly steps: number
  /** How often a plateau has been met. */
  readonly plateaus: number
}

/** Factor on the learning rate, 0..1. Cosine: Loshchilov & Hutter 2017, without restarts. */
export function scheduleFactor(
  schedule: ScheduleConfig,
  { step, steps, plateaus }: SchedulePosition,
): number {
  switch (schedule.name) {
    case 'constant':
      return 1
    case 'cosine':
      return (
        schedule.floor + ((1 - schedule.floor) * (1 + Math.cos((Math.PI * step) / Math.max(1, steps)))) / 2
      )
    case 'plateau':
      return schedule.factor ** plateaus
    default:
      return assertNever(schedule)
  }
}
