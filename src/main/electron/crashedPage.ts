import { app, type BrowserWindow, dialog } from 'electron'
import type { Log } from '../base/log'
import { inBackground } from '../../shared/inBackground'

const withinMs = 60_000
const mostReloads = 3

/** Loads a page that has crashed again. One that does so again and again is not loaded until the person wants it. */
export function reviveCrashedPage(window: BrowserWindow, log: Log): void {
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
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: 'The window of Hourglass keeps crashing.',
      detail: 'What trains goes on meanwhile. The log file, in the Help menu, says more.',
      buttons: ['Load Again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
    })
    if (response === 1) app.quit()
    else if (!window.isDestroyed()) window.reload()
  }
}
