import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { formatNoise, type NoiseSpec, parseNoise } from '../../shared/noise'
import type { Budget } from '../../shared/plan'
import type { TrainingConfig } from '../../shared/trainingConfig'

const budgetsMs: Partial<Record<string, number>> = {
  '1m': 60_000,
  '10m': 600_000,
  '1h': 3_600_000,
} satisfies Record<Exclude<Budget, 'auto'>, number>

/** What a screen asks of the one where a run is set up. */
export const trainQuery = (preset: string, noise: NoiseSpec, budget: Budget): LocationQueryRaw => ({
  ...{ preset, noise: formatNoise(noise), budget },
})

/** Settings with the noise and the time that a query asks for; the epochs are then the most that there can be. */
export function withQuery(config: TrainingConfig, { noise, budget }: LocationQuery): TrainingConfig {
  const budgetMs = budgetsMs[String(budget)] ?? config.budgetMs
  return { ...config, budgetMs, noise: noiseOf(noise) ?? config.noise }
}

function noiseOf(text: LocationQuery[string] | undefined): NoiseSpec | null {
  if (typeof text !== 'string') return null
  try {
    return parseNoise(text)
  } catch {
    return null // Somebody has written the address by hand.
  }
}
