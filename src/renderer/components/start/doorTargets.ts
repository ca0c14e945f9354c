import type { RunSummary } from '../../../shared/api/library'

/** The newest of them; null of none. */
export function newestOf<T extends { readonly createdAt: string }>(items: readonly T[]): T | null {
  return [...items].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0] ?? null
}

/** Two runs on one dataset that differ in how the decoder is tied, the newest such; null where there are none. */
export function comparableRuns(runs: readonly RunSummary[]): readonly [RunSummary, RunSummary] | null {
  const trained = runs
    .filter(({ best, state }) => best !== null && state !== 'damaged')
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  for (const [i, newer] of trained.entries())
    for (const older of trained.slice(i + 1)) {
      const isOneDataset = newer.datasetId !== null && newer.datasetId === older.datasetId
      if (isOneDataset && newer.spec.tying !== older.spec.tying) return [newer, older]
    }
  return null
}
