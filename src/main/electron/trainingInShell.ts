import { type BrowserWindow, powerSaveBlocker } from 'electron'
import type { App } from '../app/createApp'
import { notify } from './notify'

/** What the system sees of a training: progress in the task bar, a machine that stays awake, and a word when it is over. */
export function showTraining(app: App, window: () => BrowserWindow | null, reveal: () => void): void {
  let blocker: number | null = null
  let trained: string | null = null

  app.events.on('training.progressed', ({ progress }) => {
    const { epoch, epochs, batch, batches } = progress
    window()?.setProgressBar((epoch - 1 + batch / Math.max(1, batches)) / epochs)
  })
  app.events.on('training.changed', (state) => {
    const now = state.type === 'training' ? state.run : null
    if (now === trained) return
    if (trained !== null) tell(trained)
    trained = now
    if (now !== null) {
      blocker ??= powerSaveBlocker.start('prevent-app-suspension')
      return
    }
    if (blocker !== null) powerSaveBlocker.stop(blocker)
    blocker = null
    window()?.setProgressBar(-1)
  })

  function tell(id: string): void {
    const run = app.runs.summary(id)
    const isSeen = window()?.isFocused() ?? false
    const words = { done: 'is done', failed: 'has failed', interrupted: 'was interrupted' } as Record<
      string,
      string
    >
    const how = run && words[run.state]
    if (!run || !how || isSeen || !app.settings.settings.notifications) return
    const psnr = run.best?.psnr
    const body = run.state === 'done' && psnr ? `Best PSNR: ${psnr.toFixed(1)} dB` : (run.error ?? '')
    notify({ title: `${run.name} ${how}`, body }, reveal)
  }
}
