import type { App } from '../app/createApp'
import type { Job, JobKind } from '../../shared/api/jobs'
import type { RunProgress } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { filled } from '../../shared/texts'
import type { ShellTexts } from './shellTexts'

/** Work that goes on behind a closed window, and that quitting would cut short. */
export interface Work {
  readonly kind: 'training' | 'saving' | 'job'
  /** How much of it is done, 0..1; null before that can be said. */
  readonly share: number | null
  /** What it is, and how far. */
  readonly line: string
  readonly stop: () => void
}

/** Jobs that somebody waits for. The others answer what a screen asks, and begin anew with it. */
const awaited: ReadonlySet<JobKind> = new Set<JobKind>([
  'import',
  'setup-tensorflow',
  'move-library',
  'files',
  'anomalies',
  'compress',
  'decompress',
  'train-table',
])

/** What works now: a training before pictures that are saved, and those before other jobs. Null where nothing does. */
export function workUnderWay(app: App, texts: ShellTexts): Work | null {
  const { training, denoising, jobs } = app
  if (training.current !== null) return trainingOf(app, training.current, texts)
  if (denoising.isSaving) return savingOf(app, texts)
  const job = jobs
    .listing()
    .items.find(({ kind, state }) => awaited.has(kind) && (state === 'running' || state === 'waiting'))
  return job ? jobOf(app, job, texts) : null
}

/** Hears of each beginning, step and end of such work; the events of progress come at most every 100 ms. */
export function onWork(app: App, hear: () => void): void {
  for (const event of [
    'training.progressed',
    'training.changed',
    'denoise.stateChanged',
    'jobs.changed',
  ] as const)
    app.events.on(event, hear)
  app.denoising.onSaved(hear)
}

/** How much of a training is over, 0..1. */
export const shareOf = ({ epoch, epochs, batch, batches }: RunProgress): number =>
  (epoch - 1 + batch / Math.max(1, batches)) / epochs

function trainingOf({ training, runs }: App, id: string, texts: ShellTexts): Work {
  const name = runs.summary(id)?.name ?? id
  const progress = runs.progressOf(id)
  const stop = () => inBackground(training.stop(id))
  if (progress === null || progress.phase === 'preparing')
    return { kind: 'training', share: null, line: filled(texts.preparingNow, { name }), stop }
  const { epoch, epochs, timeLeftMs } = progress
  const figures = { name, epoch: String(epoch), epochs: String(epochs), time: timeWords(timeLeftMs) }
  return { kind: 'training', share: shareOf(progress), line: filled(texts.trainingNow, figures), stop }
}

function savingOf({ denoising }: App, texts: ShellTexts): Work {
  const { done, failed, total, share } = denoising.state().batch
  const line = filled(texts.savingNow, { done: String(done + failed), total: String(total) })
  return { kind: 'saving', share, line, stop: () => denoising.stop() }
}

function jobOf({ jobs }: App, { id, kind, subject, done, total }: Job, texts: ShellTexts): Work {
  const share = total > 0 ? Math.min(1, done / total) : null
  const what = filled(texts.job[kind], { subject })
  const line =
    share === null ? what : filled(texts.jobNow, { what, percent: String(Math.floor(100 * share)) })
  return { kind: 'job', share, line, stop: () => jobs.cancel(id) }
}

/** < 1 min, 12 min, 2 h 5 min: in steps that a menu can show. */
export function timeWords(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return '< 1 min'
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter(Boolean).join(' ')
}
