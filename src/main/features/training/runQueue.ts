import type { QueueMove } from '../../../shared/api/training'
import type { RunInfo } from '../../../shared/run'

export interface WaitingRun {
  readonly id: string
  readonly place: number
  /** Id of its dataset; null where that is not in the library. */
  readonly dataset: string | null
  /** Of its learning rate, for what its log says. */
  readonly schedule: RunInfo['config']['schedule']['name']
  /** That it is to have in all. */
  readonly epochs: number
  /** It has not trained yet: nothing is lost when it goes. */
  readonly isNew: boolean
}

/**
 * The order of the runs that wait. Each has a number as its place, and one that moves gets a number between two others:
 * only its own file changes, so that a crash never leaves two halves of an order.
 */
export class RunQueue {
  private waiting: readonly WaitingRun[] = []

  get runs(): readonly WaitingRun[] {
    return this.waiting
  }

  find = (id: string): WaitingRun | undefined => this.waiting.find((run) => run.id === id)

  placeInFront = (): number => (this.waiting[0]?.place ?? 1) - 1
  placeAtEnd = (): number => (this.waiting.at(-1)?.place ?? 0) + 1

  /** The place that a run moves to; its own where it cannot move any further. */
  placeAfter(id: string, move: QueueMove): number {
    const own = this.find(id)!.place
    const others = this.waiting.filter((run) => run.id !== id)
    const at = this.waiting.findIndex((run) => run.id === id)
    const to = move === 'top' ? 0 : move === 'up' ? at - 1 : at + 1
    if (to < 0 || to > others.length || to === at) return own
    const [before, after] = [others[to - 1], others[to]]
    if (!before) return after!.place - 1
    return after ? (before.place + after.place) / 2 : before.place + 1
  }

  /** Adds it, or gives it another place. */
  put(run: WaitingRun): void {
    const others = this.waiting.filter(({ id }) => id !== run.id)
    this.waiting = [...others, run].sort((a, b) => a.place - b.place)
  }

  /** @returns whether it was there */
  take(id: string): boolean {
    const isThere = this.find(id) !== undefined
    this.waiting = this.waiting.filter((run) => run.id !== id)
    return isThere
  }
}
