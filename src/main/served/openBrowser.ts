import { spawn } from 'node:child_process'

/** Opens an address as a window of a Chromium, Chrome or Edge, without tabs. Whoever is on the machine can read the address. */
export function openAppWindow(browser: string, address: string): void {
  const child = spawn(browser, [`--app=${address}`, '--no-first-run'], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}
