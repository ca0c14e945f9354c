import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const linux = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const mac = ['Chromium', 'Google Chrome', 'Microsoft Edge']
const windows = [
  'Google/Chrome/Application/chrome.exe',
  'Microsoft/Edge/Application/msedge.exe',
  'Chromium/Application/chrome.exe',
]

/** An installed Chromium, Chrome or Edge: CHROMIUM, or one that is where its kind is put; null where there is none. */
export function findChromium() {
  const { CHROMIUM } = process.env
  if (CHROMIUM) return existsSync(CHROMIUM) ? CHROMIUM : null
  return candidates().find((path) => existsSync(path)) ?? null
}

function candidates() {
  const { PATH = '', PROGRAMFILES = '', LOCALAPPDATA = '', ['PROGRAMFILES(X86)']: x86 = '' } = process.env
  if (process.platform === 'darwin')
    return mac.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  if (process.platform === 'win32')
    return [PROGRAMFILES, x86, LOCALAPPDATA].flatMap((folder) => windows.map((path) => join(folder, path)))
  return linux.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
}
