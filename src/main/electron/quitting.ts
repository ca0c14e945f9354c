import { app as electron, type BrowserWindow, dialog, type MessageBoxOptions } from 'electron'
import type { App } from '../app/createApp'
import { notify } from './notify'
import type { ShellTexts } from './shellTexts'
import { inBackground } from '../../shared/inBackground'

/** There an app stays until it is quit, with or without a window. */
const staysWithoutWindow = process.platform === 'darwin'

/**
 * A window that is closed while something trains or pictures are saved goes to the background, and the work goes on.
 * Quitting asks first, and then saves; a signal to end saves without asking.
 */
export function guardQuit(
  app: App,
  { window, show, texts }: { window: () => BrowserWindow | null; show: () => void; texts: () => ShellTexts },
): void {
  let isQuitting = false
  let isClosed = false
  let isAsked = true

  electron.on('before-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    if (isQuitting) return
    isQuitting = true
    inBackground(quit())
  })
  // The system shuts down, or the terminal was closed: there is nobody to ask.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      isAsked = false
      electron.quit()
    })
  electron.on('window-all-closed', () => {
    if (staysWithoutWindow) return
    const work = underWay(app)
    if (work === null) return electron.quit()
    const { keepsTraining, keepsSaving, startAgain: body } = texts()
    notify({ title: work === 'training' ? keepsTraining : keepsSaving, body }, show)
  })
  // The last work has ended behind a window that was closed.
  const quitIfDone = () => {
    if (underWay(app) === null && window() === null && !isQuitting && !staysWithoutWindow) electron.quit()
  }
  app.events.on('training.changed', quitIfDone)
  app.denoising.onSaved(quitIfDone)

  async function quit(): Promise<void> {
    const work = underWay(app)
    if (work !== null && isAsked && !(await isSureToQuit(questionOf(work, texts()), window()))) {
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

type Work = 'training' | 'saving'

/** What would be cut short. */
function underWay({ training, denoising }: App): Work | null {
  if (training.current !== null) return 'training'
  return denoising.isSaving ? 'saving' : null
}

function questionOf(work: Work, texts: ShellTexts): MessageBoxOptions {
  const isTraining = work === 'training'
  return {
    type: 'question',
    message: isTraining ? texts.trainingUnderWay : texts.picturesBeingSaved,
    detail: isTraining ? texts.trainingCanBeSaved : texts.picturesStay,
    buttons: [isTraining ? texts.saveAndQuit : texts.stopAndQuit, texts.cancel],
    defaultId: 0,
    cancelId: 1,
  }
}

async function isSureToQuit(question: MessageBoxOptions, window: BrowserWindow | null): Promise<boolean> {
  const { response } = window
    ? await dialog.showMessageBox(window, question)
    : await dialog.showMessageBox(question)
  return response === 0
}
