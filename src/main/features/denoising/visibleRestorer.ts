import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { CancelledError } from '../../../shared/errors'
import type { Log } from '../../base/log'
import { draftSide } from './cells'
import { sigmaScale } from '../pictures/pictureScale'
import { isForMore, type LookForMore, workForMore } from './strongerWork'
import { keyOf, type Look, nextWork, showDraft, showExpected, type Work } from './nextWork'

const drawingMs = 90

export interface VisibleRestorerDependencies {
  readonly client: ComputeClient
  readonly log: Log
  readonly target: () => ComputeTarget
  /** Whether what cannot be seen may be worked on too. */
  readonly mayGoOn: () => boolean
  readonly onRestored: (id: string) => void
}

/** So that something is on the screen before all of the processor is taken again. */
const drawn = () => new Promise((resolve) => setTimeout(resolve, drawingMs))

/** Restores the picture that is looked at: what is seen of it first, then the rest. One part at a time, so that it follows. */
export class VisibleRestorer {
  private current: Look | null = null
  /** What else is looked at of the same picture. */
  private more: LookForMore | null = null
  private running: Promise<void> | null = null
  /** Something new is shown that no part was restored for. */
  private isExpected = false
  private readonly abort = new AbortController()
  /** Of the part that is being restored. */
  private part: { readonly key: string; readonly isMore: boolean; readonly abort: AbortController } | null =
    null

  constructor(private readonly deps: VisibleRestorerDependencies) {}

  look(look: Look): void {
    if (isForMore(look)) return this.lookForMore(look)
    const key = keyOf(look)
    if (look.picture.restoration.begin(key)) this.isExpected = showExpected(look)
    // What is restored in a way that nobody wants any more does not keep the new one waiting.
    if (this.part && !this.part.isMore && this.part.key !== key) this.part.abort.abort()
    this.current = look
    if (this.more?.id !== look.id) this.lookForMore(null)
    this.goOn()
  }

  /** Besides what is looked at, what is seen of it with more taken away; null for nothing. */
  lookForMore(look: LookForMore | null): void {
    const key = look && keyOf(look)
    if (look) look.picture.stronger.begin(key!)
    if (this.part?.isMore && this.part.key !== key) this.part.abort.abort()
    this.more = look
    this.goOn()
  }

  /** When what could not be seen may be worked on again. */
  goOn(): void {
    this.running ??= this.run().finally(() => (this.running = null))
  }

  /** Nobody looks at that picture any more. */
  leave(id: string): void {
    if (this.current?.id === id) this.current = null
    if (this.more?.id === id) this.lookForMore(null)
  }

  async close(): Promise<void> {
    this.current = null
    this.abort.abort()
    await this.running
  }

  private async run(): Promise<void> {
    for (let look = this.current; look; look = this.current) {
      if (this.isExpected) {
        this.isExpected = false
        await drawn()
        continue
      }
      if (!look.picture.repaired) {
        await this.repair(look)
        continue
      }
      const work = this.next(look)
      if (!work) return
      await this.restore(look, work)
      if (work.kind === 'glance') await drawn()
    }
  }

  /** What the model is to be given has to be known first. */
  private async repair({ id, picture }: Look): Promise<void> {
    try {
      await picture.repair(this.deps.client)
      if (picture.isRepaired) this.deps.onRestored(id)
    } catch (error) {
      this.leave(id)
      if (error instanceof CancelledError) return
      picture.restoration.problem = (error as Error).message
      this.deps.log.warn(`A picture could not be restored: ${(error as Error).message}`)
      this.deps.onRestored(id)
    }
  }

  private next(look: Look): Work | null {
    const mayGoOn = this.deps.mayGoOn()
    const { more } = this
    if (more?.id !== look.id) return nextWork(look, mayGoOn)
    const seen = workForMore(more, more.visible) ?? nextWork(look, mayGoOn)
    return seen ?? (mayGoOn ? workForMore(more, { left: 0, top: 0, ...look.picture.size }) : null)
  }

  private async restore(look: Look, work: Work): Promise<void> {
    const { cells } = work
    const { client, target, onRestored, log } = this.deps
    const key = keyOf(work)
    const abort = new AbortController()
    this.part = { key: work.kind === 'more' ? key : keyOf(look), isMore: work.kind === 'more', abort }
    try {
      const { picture } = look
      const { model, level, image, repairs, sigma, strength, result, part } = work
      const { noise } = await picture.noiseAt(level, client)
      // A level that is smaller than the picture is on its scale.
      const scale = level === 0 ? sigmaScale(picture.picture) : 1
      const stored = sigma === null ? null : sigma * (await picture.sigmaShare(level, client)) * scale
      await client.call(
        'restoreRegions',
        {
          model: model.files,
          trained: model.trained,
          ...image,
          sigma: stored,
          strength,
          noise,
          result,
          regions: [part],
          tile: draftSide,
          repairs,
          ...target(),
        },
        { signal: AbortSignal.any([this.abort.signal, abort.signal]) },
      )
      if (!cells.isFor(key)) return
      finish(look, work)
    } catch (error) {
      if (error instanceof CancelledError) return this.abort.signal.aborted ? this.leave(look.id) : undefined
      if (!cells.isFor(key)) return
      cells.problem = (error as Error).message
      log.warn(`A picture could not be restored: ${(error as Error).message}`)
    } finally {
      this.part = null
    }
    if (work.kind !== 'trial') onRestored(look.id)
  }
}

function finish(look: Look, { kind, cells, part }: Work): void {
  if (kind === 'glance') return look.picture.restoration.show(part)
  cells.mark(part)
  if (kind === 'draft') showDraft(look, part)
}
