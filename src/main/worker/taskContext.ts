import { CancelledError } from '../../shared/errors'
import { controls, sharedWords } from './protocol'

/** What a task has beside its parameters. */
export interface TaskContext<E> {
  /** @param transfer buffers that move instead of being copied */
  emit(event: E, transfer?: readonly ArrayBuffer[]): void
  /** Asked between batches. The first answer other than `continue` tells the client that the task is ending. */
  requested(): 'continue' | 'pause' | 'stop'
  /**
   * Blocks while the client is behind with handling events, so that big ones do not pile up in memory.
   * @param ahead events that may be on their way
   */
  waitForClient(ahead?: number): void
}

/** Events that may be on their way. */
const eventsAhead = 4
/** How often a waiting task looks whether it is asked to end. */
const lookEveryMs = 50

export function createTaskContext<E>(
  control: SharedArrayBuffer,
  post: (event: E, transfer: readonly ArrayBuffer[]) => void,
  ending: () => void,
): TaskContext<E> {
  const words = new Int32Array(control)
  let told = false
  let sent = 0
  const requested = () => {
    const value = Atomics.load(words, sharedWords.request)
    if (value === controls.continue) return 'continue'
    if (!told) ending()
    told = true
    return value === controls.pause ? 'pause' : 'stop'
  }
  return {
    requested,
    emit: (event, transfer = []) => {
      sent++
      post(event, transfer)
    },
    waitForClient: (ahead = eventsAhead) => {
      while (requested() === 'continue') {
        const handled = Atomics.load(words, sharedWords.handled)
        if (sent - handled < ahead) return
        Atomics.wait(words, sharedWords.handled, handled, lookEveryMs)
      }
    },
  }
}

/** @throws CancelledError once the task is asked to end */
export function throwIfEnding(context: TaskContext<never>): void {
  if (context.requested() !== 'continue') throw new CancelledError('Stopped.')
}

const movingWith = new WeakMap<object, readonly ArrayBuffer[]>()

/** A result whose buffers move to the client instead of being copied. */
export function moving<R extends object>(result: R, buffers: readonly ArrayBuffer[]): R {
  movingWith.set(result, buffers)
  return result
}

export const buffersMovingWith = (result: unknown): readonly ArrayBuffer[] =>
  (typeof result === 'object' && result && movingWith.get(result)) || []
