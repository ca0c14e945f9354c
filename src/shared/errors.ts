/**
 * What can go wrong in a way a person can mend. `bad-usage` is a wrong command or option; all others are about what
 * the command was given or where it runs; `outdated` what was computed from something that has changed since. Anything that is not an `ExpectedError` or a `CancelledError` is a bug.
 */
export type ErrorCode =
  | 'bad-usage'
  | 'not-found'
  | 'no-access'
  | 'disk-full'
  | 'bad-input'
  | 'bad-spec'
  | 'unsupported'
  | 'runtime-missing'
  | 'diverged'
  | 'outdated'

/** A failure with a sentence that says what is wrong and what to do. */
export class ExpectedError extends Error {
  override readonly name = 'ExpectedError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** @throws ExpectedError of the kind `unsupported` */
export function refuse(what: string): never {
  throw new ExpectedError('unsupported', what)
}

/** Somebody asked for a stop and it has been obeyed: a state, not an error. The message says how to go on. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
}

/** What crosses a thread or a socket in place of an Error. */
export type ErrorMessage = {
  kind: 'expected' | 'cancelled' | 'bug'
  code?: ErrorCode
  message: string
  stack?: string
}

export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof ExpectedError) return { kind: 'expected', code: error.code, message: error.message }
  if (error instanceof CancelledError) return { kind: 'cancelled', message: error.message }
  if (error instanceof Error) return { kind: 'bug', message: error.message, stack: error.stack }
  return { kind: 'bug', message: String(error) }
}

export function fromErrorMessage(sent: ErrorMessage): Error {
  if (sent.kind === 'expected') return new ExpectedError(sent.code ?? 'bad-input', sent.message)
  if (sent.kind === 'cancelled') return new CancelledError(sent.message)
  const error = new Error(sent.message)
  if (sent.stack) error.stack = sent.stack
  return error
}

/** Exit codes of the command line. */
export const exitCodes = { done: 0, bug: 1, badUsage: 2, badInput: 3, interrupted: 130 } as const

export function exitCodeOf(error: unknown): number {
  if (error instanceof CancelledError) return exitCodes.interrupted
  if (error instanceof ExpectedError)
    return error.code === 'bad-usage' ? exitCodes.badUsage : exitCodes.badInput
  return exitCodes.bug
}

/** Closes a switch over a union: the compiler complains here when a member is missing. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`)
}
