import { writeFileSync } from 'node:fs'
import { app, BrowserWindow, nativeTheme } from 'electron'
import { pageOrigin } from './pageProtocol'
import { keepWindowState, readWindowState } from './windowState'
import { inBackground } from '../../shared/inBackground'

/** Started to work on Hourglass itself: the window has developer tools. */
export const isDeveloped = !app.isPackaged && process.env.HOURGLASS_DEV === '1'

export interface WindowOptions {
  /** The built preload script. */
  readonly preload: string
  /** Folder for the window's place. */
  readonly state: string
  /** Where a window's icon does not come with its program. */
  readonly icon: string | undefined
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
      devTools: isDeveloped,
    },
  })
  keepWindowState(window, state)
  // Maximising shows a window, too, so it waits for the page as well.
  window.once('ready-to-show', () => {
    if (before?.isMaximized) window.maximize()
    else window.show()
    noteOpened()
  })
  inBackground(window.loadURL(`${pageOrigin}/`))
  return window
}

/** Tells `npm start` that something is on the screen; an end before that it takes for a failure of Electron. */
export const noteOpened = (): void => note('')

/** Tells `npm start` that Electron works so far; a window may take its time from here on. */
export const noteScript = (): void => note('script')

function note(sign: string): void {
  if (process.env.HOURGLASS_OPENED) writeFileSync(process.env.HOURGLASS_OPENED, sign)
}
