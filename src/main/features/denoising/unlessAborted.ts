import { CancelledError } from '../../../shared/errors'

/**
 * What a promise gives, without waiting for it any longer once a signal is aborted: whoever keeps it ends in its own time, and
 * nobody hears of it.
 *
 * @throws CancelledError
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined)
  return new Promise((resolve, reject) => {
    const stop = () => reject(new CancelledError('Stopped.'))
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
