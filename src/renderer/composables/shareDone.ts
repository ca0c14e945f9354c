import type { RunProgress, RunSummary } from '../../shared/api/library'

/** How much of all epochs is behind, 0..1; without progress as of the last epoch that ended. */
export function shareDone(run: RunSummary, progress: RunProgress | null): number {
  if (!progress) return run.epochs / run.config.epochs
  const { epoch, epochs, batch, batches } = progress
  return (epoch - 1 + batch / Math.max(1, batches)) / epochs
}
