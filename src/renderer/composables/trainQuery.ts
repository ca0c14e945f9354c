import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { formatNoise, type NoiseSpec, parseNoise } from '../../shared/noise'
import { type Budget, budgetSchema } from '../../shared/plan'
import type { TrainingConfig } from '../../shared/trainingConfig'
import type { TrainDraft } from '../stores/useTrainDrafts'

const budgetsMs: Partial<Record<string, number>> = {
  '1m': 60_000,
  '10m': 600_000,
  '1h': 3_600_000,
} satisfies Record<Exclude<Budget, 'auto'>, number>

/** What a screen asks of the one where a run is set up. */
export const trainQuery = (preset: string, noise: NoiseSpec, budget: Budget): LocationQueryRaw => ({
  preset,
  noise: formatNoise(noise),
  budget,
})

/** Settings with the noise and the time that a query asks for; the epochs are then the most that there can be. */
export function withQuery(config: TrainingConfig, { noise, budget }: LocationQuery): TrainingConfig {
  const budgetMs = budgetsMs[String(budget)] ?? config.budgetMs
  return { ...config, budgetMs, noise: noiseOf(noise) ?? config.noise }
}

/** A draft with what a query asks for. Its time is the draft's own choice, so that the plan is made anew for it. */
export const draftWithQuery = (draft: TrainDraft, query: LocationQuery): TrainDraft => ({
  ...draft,
  budget: budgetSchema.safeParse(query.budget).data ?? draft.budget,
  config: withQuery(draft.config, query),
})

function noiseOf(text: LocationQuery[string] | undefined): NoiseSpec | null {
  if (typeof text !== 'string') return null
  try {
    return parseNoise(text)
  } catch {
    return null // Somebody has written the address by hand.
  }
}
