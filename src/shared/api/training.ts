/** A run that waits for its turn, or for its images. */
export interface QueuedRun {
  readonly id: string
  /** Its images are being imported: runs behind it that have theirs begin before it. */
  readonly isImporting: boolean
}

/**
 * What trains, and what waits, in the order in which it will begin.
 *
 *     idle ──a run is started or resumed──▶ training ──pause, while others wait──▶ held
 *      ▲                                     ▲  │  ▲                                │
 *      └──nothing waits, or only for images──┼──┤  └──start the queue, start or─────┘
 *                                            │  │     resume a run
 *                                            └──┘ done, stopped, failed, interrupted: the next one begins
 *
 * The queue is also held when the app begins with runs that wait: it starts no heavy work by itself.
 */
export type TrainingState =
  /** What waits here waits for its images. */
  | { readonly type: 'idle'; readonly queue: readonly QueuedRun[] }
  | { readonly type: 'training'; readonly run: string; readonly queue: readonly QueuedRun[] }
  /** At least one waits, and none begins by itself. */
  | { readonly type: 'held'; readonly queue: readonly QueuedRun[] }

/** Where a run moves to in the queue. */
export const queueMoves = ['up', 'down', 'top'] as const
export type QueueMove = (typeof queueMoves)[number]
