import type { DenoiseBatch, PictureState } from '../../../shared/api/denoising'

/** A picture that is worked on. */
interface Working {
  readonly megapixels: number
  share: number
}

/** What can become of a picture. */
export type Ending = Extract<PictureState, 'done' | 'unchanged' | 'skipped' | 'failed'>

const none = { done: 0, unchanged: 0, skipped: 0, failed: 0, total: 0, megapixels: 0, of: 0 }

/** Before this, a rate says little. */
const fewestSeconds = 0.5

/** How far a batch is, by megapixels. */
export class BatchProgress {
  private readonly counts = { ...none }
  private startedAt = performance.now()
  private pausedMs = 0
  private pausedAt: number | null = null
  private readonly pictures = new Map<string, Working>()

  /** The pictures that are worked on, by their ids. */
  get working(): ReadonlyMap<string, Readonly<Working>> {
    return this.pictures
  }

  /** A batch begins, of nothing yet. */
  reset(): void {
    Object.assign(this.counts, none)
    this.startedAt = performance.now()
    this.pausedMs = 0
  }

  add(megapixels: number, pictures: 1 | -1 = 1): void {
    this.counts.total += pictures
    this.counts.of += pictures * megapixels
  }

  begin(id: string, megapixels: number): void {
    this.pictures.set(id, { share: 0, megapixels })
  }

  advance(id: string, share: number): void {
    const picture = this.pictures.get(id)
    if (picture) picture.share = share
  }

  /** Nothing came of it. */
  leave(id: string): void {
    this.pictures.delete(id)
  }

  /** Of one that was left meanwhile, nothing is counted. */
  finish(id: string, megapixels: number, ending: Ending): void {
    if (!this.pictures.has(id)) return
    this.counts[ending]++
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
    const { done, unchanged, skipped, failed, total, megapixels, of } = this.counts
    const worked = [...this.pictures.values()].reduce((sum, one) => sum + one.share * one.megapixels, 0)
    const behind = megapixels + worked
    const now = this.pausedAt ?? performance.now()
    const seconds = (now - this.startedAt - this.pausedMs) / 1000
    const rate = state !== 'idle' && behind > 0 && seconds > fewestSeconds ? behind / seconds : null
    return {
      state,
      unchanged,
      skipped,
      failed,
      total,
      rate,
      done: done + unchanged + skipped,
      share: of > 0 ? Math.min(1, behind / of) : 0,
      timeLeftMs: rate ? ((of - behind) / rate) * 1000 : null,
    }
  }
}
