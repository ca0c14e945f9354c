import { type BrowserWindow, powerSaveBlocker } from 'electron'
import type { RunSummary } from '../../shared/api/library'
import { judge } from '../../shared/verdict'
import type { App } from '../app/createApp'
import { notify } from './notify'
import { filled } from '../../shared/texts'
import type { ShellTexts } from './shellTexts'
import { shareOf } from './workUnderWay'

/** What the system sees of a training: progress in the task bar, a machine that stays awake, and a word when it is over. */
export function showTraining(
  app: App,
  { window, show, texts }: { window: () => BrowserWindow | null; show: () => void; texts: () => ShellTexts },
): void {
  let blocker: number | null = null
  let trained: string | null = null

  app.events.on('training.progressed', ({ progress }) => {
    // More than 1 is shown as work whose end is not known.
    window()?.setProgressBar(progress.phase === 'preparing' ? 2 : shareOf(progress))
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
    const words = texts()
    const how: Partial<Record<RunSummary['state'], string>> = {
      done: words.runDone,
      failed: words.runFailed,
      interrupted: words.runInterrupted,
    }
    const title = run && how[run.state]
    if (!run || !title || isSeen || !app.settings.settings.notifications) return
    const body = run.state === 'done' ? result(run, words) : words.translated(run.error ?? '')
    notify({ title: filled(title, { name: run.name }), body }, show)
  }
}

/** The figure, and what it is worth. */
function result(run: RunSummary, texts: ShellTexts): string {
  const psnr = run.best?.psnr
  const figure = psnr == null ? null : filled(texts.bestPsnr, { psnr: psnr.toFixed(1) })
  return [figure, outcome(run, texts)].filter((sentence) => sentence !== null).join(' ')
}

function outcome(run: RunSummary, texts: ShellTexts): string | null {
  const { verdict, gain } = judge(run)
  if (verdict === 'unknown') return null
  if (verdict === 'useless') return texts.useless
  const better = run.baselines?.pca ? texts.betterThanPca : texts.betterThanMean
  return filled(verdict === 'good' ? better : texts.belowPca, { gain: Math.abs(gain!).toFixed(1) })
}

/** A word from the system of each odd image that comes into a watched folder, while nobody looks at the window. */
export function showAnomalies(
  app: App,
  { window, show, texts }: { window: () => BrowserWindow | null; show: () => void; texts: () => ShellTexts },
): void {
  app.events.on('anomalies.noticed', ({ image }) => {
    const { path, folder, percentile, odd } = image
    const isSeen = window()?.isFocused() ?? false
    if (!odd || isSeen || !app.settings.settings.notifications) return
    const { isOdd, stranger } = texts()
    const body = filled(stranger, { percent: Math.min(99.9, percentile).toFixed(1) })
    notify({ title: filled(isOdd, { path, folder }), body }, show)
  })
}
