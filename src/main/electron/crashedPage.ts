import { app, type BrowserWindow, dialog } from 'electron'
import type { Log } from '../base/log'
import type { ShellTexts } from './shellTexts'
import { inBackground } from '../../shared/inBackground'

const withinMs = 60_000
const mostReloads = 3

/** Loads a page that has crashed again. One that does so again and again is not loaded until the person wants it. */
export function reviveCrashedPage(window: BrowserWindow, log: Log, texts: () => ShellTexts): void {
  let crashes: number[] = []

  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit') return
    log.error(`The page ended (${reason}).`)
    crashes = [...crashes.filter((at) => Date.now() - at < withinMs), Date.now()]
    if (crashes.length <= mostReloads) window.reload()
    else inBackground(ask())
  })

  async function ask(): Promise<void> {
    crashes = []
    const words = texts()
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: words.keepsCrashing,
      detail: words.trainingGoesOn,
      buttons: [words.loadAgain, words.quit],
      defaultId: 0,
      cancelId: 0,
    })
    if (response === 1) app.quit()
    else if (!window.isDestroyed()) window.reload()
  }
}
