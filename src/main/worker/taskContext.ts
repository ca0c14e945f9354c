import { CancelledError } from '../../shared/errors'
import { controls } from './protocol'

/** What a task has beside its parameters. */
export interface TaskContext<E> {
  /** @param transfer buffers that move instead of being copied */
  emit(event: E, transfer?: readonly ArrayBuffer[]): void
  /** Asked between batches. The first answer other than `continue` tells the client that the task is ending. */
  requested(): 'continue' | 'pause' | 'stop'
}

export function createTaskContext<E>(
  control: SharedArrayBuffer,
  post: (event: E, transfer: readonly ArrayBuffer[]) => void,
  ending: () => void,
): TaskContext<E> {
  const word = new Int32Array(control)
  let told = false
  return {
    emit: (event, transfer = []) => post(event, transfer),
    requested() {
      const value = Atomics.load(word, 0)
      if (value === controls.continue) return 'continue'
      if (!told) ending()
      told = true
      return value === controls.pause ? 'pause' : 'stop'
    },
  }
}

/** @throws CancelledError once the task is asked to end */
export function throwIfEnding(context: TaskContext<never>): void {
  if (context.requested() !== 'continue') throw new CancelledError('Stopped.')
}
