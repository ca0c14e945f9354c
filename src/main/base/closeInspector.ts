/**
 * Node.js opens its debugger, through which anything can be run as us, when a SIGUSR1 comes: with a listener it does not,
 * and the signal does nothing.
 */
export function closeInspector(): void {
  process.on('SIGUSR1', () => undefined)
}
