import { app as electron, type BrowserWindow, dialog } from 'electron'
import type { App } from '../app/createApp'
import { notify } from './notify'

/** There an app stays until it is quit, with or without a window. */
const staysWithoutWindow = process.platform === 'darwin'

/**
 * A window that is closed while something trains goes to the background, and the training goes on. Quitting asks first,
 * and then saves.
 */
export function guardQuit(app: App, window: () => BrowserWindow | null, show: () => void): void {
  let isQuitting = false
  let isClosed = false

  electron.on('before-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    if (isQuitting) return
    isQuitting = true
    void quit()
  })
  electron.on('window-all-closed', () => {
    if (staysWithoutWindow) return
    if (app.training.current === null) return electron.quit()
    notify(goesOn, show)
  })
  app.training.onChange((id) => {
    // The last training has ended behind a window that was closed.
    if (id === null && window() === null && !isQuitting && !staysWithoutWindow) electron.quit()
  })

  async function quit(): Promise<void> {
    if (app.training.current !== null && !(await isSureToQuit(window()))) {
      isQuitting = false
      return
    }
    try {
      await app.close()
    } catch (error) {
      app.log.error('Hourglass could not close everything.', error)
    }
    isClosed = true
    electron.quit()
  }
}

async function isSureToQuit(window: BrowserWindow | null): Promise<boolean> {
  const question = {
    type: 'question' as const,
    message: 'A training is under way.',
    detail: 'It can be saved as it is and resumed the next time.',
    buttons: ['Save and Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
  }
  const { response } = window
    ? await dialog.showMessageBox(window, question)
    : await dialog.showMessageBox(question)
  return response === 0
}

const goesOn = {
  title: 'Hourglass goes on training',
  body: 'Start Hourglass again to see it, or click here.',
}
