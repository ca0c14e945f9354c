import { BrowserWindow, nativeTheme } from 'electron'
import { pageOrigin } from './pageProtocol'
import { keepWindowState, readWindowState } from './windowState'

export interface WindowOptions {
  /** The built preload script. */
  readonly preload: string
  /** Folder for the window's place. */
  readonly state: string
  readonly icon?: string
}

const grounds = { light: '#f7f5f1', dark: '#141416' }

/** The window, shown once its page has something to show. */
export function openMainWindow({ preload, state, icon }: WindowOptions): BrowserWindow {
  const before = readWindowState(state)
  const window = new BrowserWindow({
    ...(before ?? { width: 1280, height: 860 }),
    minWidth: 480,
    minHeight: 400,
    show: false,
    title: 'Hourglass',
    icon,
    backgroundColor: grounds[nativeTheme.shouldUseDarkColors ? 'dark' : 'light'],
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: process.env.HOURGLASS_DEV === '1',
    },
  })
  if (before?.isMaximized) window.maximize()
  keepWindowState(window, state)
  window.once('ready-to-show', () => window.show())
  void window.loadURL(`${pageOrigin}/`)
  return window
}
