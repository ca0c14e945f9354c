import type { RunProgress, RunSummary } from '../../shared/api/library'

/** How much is behind, 0..1: of the budget's time, or of all epochs; null before the first step, which nobody can foresee. */
export function shareDone(run: RunSummary, progress: RunProgress | null): number | null {
  if (isPreparing(run, progress)) return null
  const time = timeDone(run, progress)
  if (time) return time.elapsedMs / time.budgetMs
  if (!progress) return run.epochs / (epochsInAll(run, null) ?? Infinity)
  const { epoch, epochs, batch, batches } = progress
  return (epoch - 1 + batch / Math.max(1, batches)) / epochs
}

/** Epochs altogether: with a budget as many as fit, which is known once it trains; null before. */
export function epochsInAll(run: RunSummary, progress: RunProgress | null): number | null {
  if (progress) return progress.epochs
  const isKnown = run.config.budgetMs === null || run.state === 'done'
  return isKnown ? run.config.epochs : (run.last?.epochs ?? null)
}

/** Whether it is under way and has not made its first step yet. */
export function isPreparing(run: RunSummary, progress: RunProgress | null): boolean {
  if (progress) return progress.phase === 'preparing'
  return (run.state === 'training' || run.state === 'created') && run.epochs === 0
}

/** Whether the runtimes are being compared for it: a new run that has a budget takes the fastest. */
export const isChoosing = (run: RunSummary, progress: RunProgress | null): boolean =>
  run.config.budgetMs !== null && run.epochs === 0 && isPreparing(run, progress)

/** Of a run with a budget: the time that is behind. Null without one, and where it was trained further than that. */
export function timeDone(
  { config: { budgetMs }, last }: Pick<RunSummary, 'config' | 'last'>,
  progress: RunProgress | null,
): { readonly elapsedMs: number; readonly budgetMs: number } | null {
  if (budgetMs === null) return null
  const elapsedMs = progress ? budgetMs - progress.timeLeftMs : (last?.elapsedMs ?? 0)
  // Left over are more than the budget, or more was taken: its epochs were changed.
  if (elapsedMs < 0 || elapsedMs > budgetMs) return null
  return { elapsedMs, budgetMs }
}
