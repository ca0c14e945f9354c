import { CancelledError, exitCodes } from '../../shared/errors'

/** npm hands a terminal's Ctrl-C on to us, who have had it already: what follows this soon is the same key press. */
const echoMs = 500

/**
 * Turns the first Ctrl-C or SIGTERM into an abort, so that the work can save and say how to go on; a second one ends
 * the process at once. Whoever throws `signal.reason` (as `signal.throwIfAborted()` does) ends with exit code 130.
 */
export function listenForInterruption(onInterrupt: () => void): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | null = null
  const interrupt = () => {
    if (firstAt === null) {
      firstAt = performance.now()
      onInterrupt()
      controller.abort(new CancelledError('Interrupted.'))
    } else if (performance.now() - firstAt > echoMs) {
      process.exit(exitCodes.interrupted)
    }
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}
