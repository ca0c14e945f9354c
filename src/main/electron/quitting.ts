import { app as electron, type BrowserWindow, dialog, type MessageBoxOptions } from 'electron'
import type { App } from '../app/createApp'
import { notify } from './notify'
import type { ShellTexts } from './shellTexts'
import { inBackground } from '../../shared/inBackground'
import { onWork, type Work, workUnderWay } from './workUnderWay'

/** There an app stays until it is quit, with or without a window. */
const staysWithoutWindow = process.platform === 'darwin'

/**
 * A window that is closed while something works goes to the background, and the work goes on. Quitting asks first, and then
 * saves; a signal to end saves without asking.
 *
 * @returns quits in the same way, and does something in the place of the end: only where the person wants to quit
 */
export function guardQuit(
  app: App,
  { window, show, texts }: { window: () => BrowserWindow | null; show: () => void; texts: () => ShellTexts },
): (atLast: () => void) => void {
  const end = () => electron.quit()
  let atLast = end
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
    const work = workUnderWay(app, texts())
    if (work === null) return electron.quit()
    const { keepsTraining, keepsSaving, startAgain: body } = texts()
    const title = { training: keepsTraining, saving: keepsSaving, job: work.line }[work.kind]
    notify({ title, body }, show)
  })
  // The last work has ended behind a window that was closed.
  const quitIfDone = () => {
    if (window() !== null || isQuitting || staysWithoutWindow) return
    const { type, queue } = app.training.state
    // A run that waits for its images begins once they are imported.
    const waits = type === 'idle' && queue.length > 0
    if (!waits && workUnderWay(app, texts()) === null) electron.quit()
  }
  onWork(app, quitIfDone)

  async function quit(): Promise<void> {
    const work = workUnderWay(app, texts())
    if (work !== null && isAsked && !(await isSureToQuit(questionOf(work, texts()), window()))) {
      isQuitting = false
      atLast = end
      return
    }
    try {
      await app.close()
    } catch (error) {
      app.log.error('Hourglass could not close everything.', error)
    }
    isClosed = true
    atLast()
  }

  return (instead) => {
    atLast = instead
    electron.quit()
  }
}

function questionOf({ kind, line }: Work, texts: ShellTexts): MessageBoxOptions {
  const words = {
    training: { message: texts.trainingUnderWay, detail: texts.trainingCanBeSaved, go: texts.saveAndQuit },
    saving: { message: texts.picturesBeingSaved, detail: texts.picturesStay, go: texts.stopAndQuit },
    job: { message: line, detail: texts.jobIsCut, go: texts.stopAndQuit },
  }
  const { message, detail, go } = words[kind]
  return {
    type: 'question',
    message,
    detail,
    buttons: [go, texts.cancel],
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
