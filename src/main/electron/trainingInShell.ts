import { type BrowserWindow, powerSaveBlocker } from 'electron'
import type { RunSummary } from '../../shared/api/library'
import { describeOutcome } from '../../shared/verdict'
import type { App } from '../app/createApp'
import { notify } from './notify'

/** What the system sees of a training: progress in the task bar, a machine that stays awake, and a word when it is over. */
export function showTraining(app: App, window: () => BrowserWindow | null, reveal: () => void): void {
  let blocker: number | null = null
  let trained: string | null = null

  app.events.on('training.progressed', ({ progress }) => {
    const { phase, epoch, epochs, batch, batches } = progress
    // More than 1 is shown as work whose end is not known.
    if (phase === 'preparing') window()?.setProgressBar(2)
    else window()?.setProgressBar((epoch - 1 + batch / Math.max(1, batches)) / epochs)
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
    notify(
      { title: `${run.name} ${how}`, body: run.state === 'done' ? result(run) : (run.error ?? '') },
      reveal,
    )
  }
}

/** The figure, and what it is worth. */
function result(run: RunSummary): string {
  const psnr = run.best?.psnr
  const figure = psnr == null ? null : `Best PSNR: ${psnr.toFixed(1)} dB.`
  return [figure, describeOutcome(run)].filter((sentence) => sentence !== null).join(' ')
}
