/** Where a failure goes that nobody waits for. */
export type FailureReport = (error: unknown) => void

let report: FailureReport = (error) => console.error('Work that nobody waits for has failed.', error)

/** Each process says once where such failures go: the app into its log. Without that they go to the console. */
export function reportBackgroundFailures(to: FailureReport): void {
  report = to
}

/**
 * Lets work go on that nobody waits for. A failure of it is reported and ends nothing. This is the only way to leave a
 * promise alone: the linter refuses `void work()`.
 */
export function inBackground(work: PromiseLike<unknown> | null | undefined): void {
  if (work) work.then(undefined, (error: unknown) => report(error))
}
