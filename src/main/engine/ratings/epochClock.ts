/** What the features of all rows take, forwards alone, as a share of an epoch: they are needed in the end. */
export const featuresShare = 0.45

/** Steps after which it is known how long one takes. */
export const surePreparation = 4

/** How long an epoch takes. */
export class EpochClock {
  private readonly startedAt = performance.now()
  private firstAt = NaN
  private epochs = 0

  /** @returns how many epochs are left until then; the first brings the runtime's preparation with it, and is not sure */
  epochEnded(until: number): { perEpoch: number; left: number; isSure: boolean } {
    const now = performance.now()
    this.epochs++
    if (this.epochs === 1) this.firstAt = now
    const isSure = this.epochs > 1
    const perEpoch = isSure ? (now - this.firstAt) / (this.epochs - 1) : now - this.startedAt
    return { perEpoch, left: Math.floor((until - now) / perEpoch - featuresShare), isSure }
  }
}
