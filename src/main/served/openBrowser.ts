import { spawn } from 'node:child_process'
import { findChromium } from '../setup/chromium.mjs'

/** Opens an address as a window of an installed Chromium, Chrome or Edge, without tabs. False where there is none. */
export function openAppWindow(address: string): boolean {
  const browser = findChromium()
  if (!browser) return false
  const child = spawn(browser, [`--app=${address}`, '--no-first-run'], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
  return true
}
