import { CancelledError, exitCodes } from '../../shared/errors'

/** npm hands a terminal's Ctrl-C on to us, who have had it already: what follows this soon is the same key press. */
const echoMs = 500

/** A person, or the system at its shutdown. A second one means it. */
const asked = ['SIGINT', 'SIGTERM'] as const

/**
 * Turns the first Ctrl-C, SIGTERM or SIGHUP (an SSH session that was closed) into an abort, so that the work can save and
 * say how to go on; a second Ctrl-C or SIGTERM ends the process at once. A closed terminal may send several SIGHUP, and
 * nobody is there who could mean more by the second. Whoever throws `signal.reason` (as `signal.throwIfAborted()` does)
 * ends with exit code 130.
 */
export function listenForInterruption(onInterrupt: () => void): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | null = null
  const begin = () => {
    if (firstAt !== null) return false
    firstAt = performance.now()
    onInterrupt()
    controller.abort(new CancelledError('Interrupted.'))
    return true
  }
  const interrupt = () => {
    if (!begin() && performance.now() - firstAt! > echoMs) process.exit(exitCodes.interrupted)
  }
  for (const signal of asked) process.on(signal, interrupt)
  process.on('SIGHUP', begin)
  return controller.signal
}
