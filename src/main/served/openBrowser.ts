import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether a window can be shown where this process runs. */
export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Opens an address as a window of an installed Chromium, Chrome or Edge, without tabs. False where there is none. */
export function openAppWindow(address: string): boolean {
  const browser = findBrowser()
  if (!browser) return false
  const child = spawn(browser, [`--app=${address}`, '--no-first-run'], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
  return true
}

function findBrowser(): string | null {
  return candidates().find((path) => existsSync(path)) ?? null
}

function candidates(): string[] {
  const { PROGRAMFILES = '', LOCALAPPDATA = '', PATH = '' } = process.env
  const x86 = process.env['PROGRAMFILES(X86)'] ?? ''
  if (process.platform === 'darwin')
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  if (process.platform === 'win32')
    return [PROGRAMFILES, x86, LOCALAPPDATA].flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      join(folder, 'Chromium', 'Application', 'chrome.exe'),
    ])
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
  return names.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
}
