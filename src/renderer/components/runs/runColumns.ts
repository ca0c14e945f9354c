import type { RunSummary } from '../../../shared/api/library'
import { describeLayers } from '../../../shared/layerSizes'

/** As many runs as there are colours for. */
export const mostCompared = 8

export type SortKey = 'name' | 'state' | 'dataset' | 'tying' | 'loss' | 'psnr' | 'epochs' | 'created'

/** What a run is ordered by; those without a figure come last, whichever way. */
const values: Record<SortKey, (run: RunSummary) => string | number | null> = {
  name: ({ name }) => name.toLowerCase(),
  state: ({ state }) => state,
  dataset: ({ datasetName }) => datasetName.toLowerCase(),
  tying: ({ spec }) => spec.tying,
  loss: ({ best }) => best?.valLoss ?? best?.trainLoss ?? null,
  psnr: ({ best }) => best?.psnr ?? null,
  epochs: ({ epochs }) => epochs,
  created: ({ createdAt }) => createdAt,
}

export function sortRuns(runs: readonly RunSummary[], key: SortKey, ascending: boolean): RunSummary[] {
  const value = values[key]
  const sign = ascending ? 1 : -1
  return [...runs].sort((a, b) => {
    const left = value(a)
    const right = value(b)
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return left === right ? a.id.localeCompare(b.id) : sign * (left < right ? -1 : 1)
  })
}

/** Whether every word of `text` is in its name, notes, dataset or layers. */
export function matches(run: RunSummary, text: string): boolean {
  const layers = describeLayers(run.spec)
  const all = [run.name, run.notes, run.datasetName, run.spec.tying, layers, run.preset ?? '']
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
