import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

/** The Chromium that the window is tested in: CHROMIUM, or one that is installed; null where there is none. */
export function findChromium() {
  const { CHROMIUM, PATH = '', PROGRAMFILES = '' } = process.env
  if (CHROMIUM) return existsSync(CHROMIUM) ? CHROMIUM : null
  const mac = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  const windows = [join(PROGRAMFILES, 'Google', 'Chrome', 'Application', 'chrome.exe')]
  const others = names.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
  const places = { darwin: mac, win32: windows }[process.platform] ?? others
  return places.find((path) => existsSync(path)) ?? null
}
