import { app as electron, type BrowserWindow, dialog, Notification } from 'electron'
import type { App } from '../app/createApp'

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
    if (app.training.current === null) return electron.quit()
    tellThatItGoesOn(show)
  })
  app.training.onChange((id) => {
    // The last training has ended behind a window that was closed.
    if (id === null && window() === null && !isQuitting) electron.quit()
  })

  async function quit(): Promise<void> {
    if (app.training.current !== null && !(await isSureToQuit(window()))) {
      isQuitting = false
      return
    }
    await app.close()
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

function tellThatItGoesOn(show: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({
    title: 'Hourglass goes on training',
    body: 'Start Hourglass again to see it, or click here.',
  })
  notification.on('click', show)
  notification.show()
}
