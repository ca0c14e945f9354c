import type { DenoiseBatch } from '../../../shared/api/denoising'

/** What is worked on when there is nothing. */
const nothing = { id: '', share: 0, megapixels: 0 }

/** Before this, a rate says little. */
const fewestSeconds = 0.5

/** How far a batch is, by megapixels. */
export class BatchProgress {
  private readonly counts = { done: 0, failed: 0, total: 0, megapixels: 0, of: 0 }
  private startedAt = performance.now()
  private pausedMs = 0
  private pausedAt: number | null = null
  private working = nothing

  /** The picture that is worked on; empty for none. */
  get workingId(): string {
    return this.working.id
  }

  /** A batch begins, of nothing yet. */
  reset(): void {
    Object.assign(this.counts, { done: 0, failed: 0, total: 0, megapixels: 0, of: 0 })
    this.startedAt = performance.now()
    this.pausedMs = 0
  }

  add(megapixels: number, pictures: 1 | -1 = 1): void {
    this.counts.total += pictures
    this.counts.of += pictures * megapixels
  }

  begin(id: string, megapixels: number): void {
    this.working = { id, share: 0, megapixels }
  }

  advance(share: number): void {
    this.working = { ...this.working, share }
  }

  /** Nothing came of it. */
  leave(id: string): void {
    if (this.working.id === id) this.working = nothing
  }

  finish(id: string, megapixels: number, isFailed: boolean): void {
    this.counts[isFailed ? 'failed' : 'done']++
    this.counts.megapixels += megapixels
    this.leave(id)
  }

  pause(): void {
    this.pausedAt = performance.now()
  }

  resume(): void {
    if (this.pausedAt !== null) this.pausedMs += performance.now() - this.pausedAt
    this.pausedAt = null
  }

  describe(state: DenoiseBatch['state']): DenoiseBatch {
    const { done, failed, total, megapixels, of } = this.counts
    const behind = megapixels + this.working.share * this.working.megapixels
    const now = this.pausedAt ?? performance.now()
    const seconds = (now - this.startedAt - this.pausedMs) / 1000
    const rate = state !== 'idle' && behind > 0 && seconds > fewestSeconds ? behind / seconds : null
    return {
      ...{ state, done, failed, total, rate },
      share: of > 0 ? Math.min(1, behind / of) : 0,
      timeLeftMs: rate ? ((of - behind) / rate) * 1000 : null,
    }
  }
}
