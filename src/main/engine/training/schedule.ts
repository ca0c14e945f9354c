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
        warmth(schedule.warmup, step, steps) *
        (schedule.floor +
          ((1 - schedule.floor) * (1 + Math.cos(Math.PI * fallen(schedule.hold, step, steps)))) / 2)
      )
    case 'plateau':
      return schedule.factor ** plateaus
    default:
      return assertNever(schedule)
  }
}

/** Share of the falling part that is behind, 0..1. */
function fallen(hold: number, step: number, steps: number): number {
  const held = hold * steps
  return Math.max(0, step - held) / Math.max(1, steps - held)
}

/** Rises from the first step to 1 over the share `warmup` of all steps (Goyal et al. 2017, section 2.2). */
function warmth(warmup: number, step: number, steps: number): number {
  return Math.min(1, (step + 1) / Math.max(1, warmup * steps))
}
