import { type Tying } from '../../../shared/modelSpec'
import { type RatingPreset, rowSpec } from '../../../shared/ratings'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { RowSide } from './ratings'
import type { AutorecSettings } from './trainAutorec'

/** An autoencoder to be trained. */
export interface MemberPlan {
  readonly side: RowSide
  readonly spec: ModelSpec
  readonly settings: AutorecSettings
}

export interface RecommenderChoice {
  readonly preset: RatingPreset
  readonly tying: Tying
  readonly seed: number
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly learningRate?: number | undefined
  /** Whether dense re-feeding is on; as the preset has it if not given. */
  readonly refeeding?: boolean | undefined
}

/** Kernels larger than this get fewer units: they and the optimizer's state are in memory several times. */
const mostKernelValues = 8_000_000
/** A column needs its ratings for its numbers. */
const mostUnits = 200

const unitsFor = (columns: number) =>
  Math.max(8, Math.min(mostUnits, Math.floor(mostKernelValues / columns / 8) * 8))

/** Many ratings are learned in fewer passes. */
const epochsFor = (ratings: number) => Math.round(Math.min(40, Math.max(8, 40 * (64_000 / ratings) ** 0.3)))

/** The members of a preset, for a matrix of this size. The figures behind the settings are in docs/tables.md. */
export function planRecommender(
  choice: RecommenderChoice,
  size: { readonly users: number; readonly items: number; readonly ratings: number },
): MemberPlan[] {
  const sides: Record<RatingPreset, readonly RowSide[]> = {
    ratings: ['items'],
    'both-autorec': ['items', 'users'],
    'user-autorec': ['users'],
    'deep-autorec': ['users'],
  }
  return sides[choice.preset].map((side, i) => memberOf(choice, side, i, size))
}

function memberOf(
  { preset, tying, seed, epochs, batch, learningRate, refeeding }: RecommenderChoice,
  side: RowSide,
  place: number,
  { users, items, ratings }: { readonly users: number; readonly items: number; readonly ratings: number },
): MemberPlan {
  const columns = side === 'items' ? users : items
  const isDeep = preset === 'deep-autorec'
  const units = unitsFor(columns)
  const encoder = isDeep
    ? [units, units, 2 * units].map((width) => ({
        type: 'dense' as const,
        units: width,
        activation: 'selu' as const,
      }))
    : [{ type: 'dense' as const, units, activation: 'sigmoid' as const }]
  const own = seed + place
  const spec = rowSpec(columns, { encoder, tying, seed: own }, isDeep ? 'lecun-normal' : 'glorot-normal')
  // A tied kernel has to do both, and needs to be held more; and more ratings need less of it.
  const penalty = (tying === 'tied' ? 4 : 1) * 4e-4 * (64_000 / ratings)
  const base = {
    epochs: epochs ?? epochsFor(ratings),
    batch: batch ?? 128,
    learningRate: learningRate ?? (isDeep ? 0.001 : 0.002),
    seed: own,
  }
  return {
    side,
    spec,
    settings: isDeep
      ? {
          ...base,
          penalty: penalty / 10,
          inputDropout: 0,
          codeDropout: 0.8,
          offset: 0,
          refeeding: refeeding ?? true,
        }
      : {
          ...base,
          penalty,
          inputDropout: 0.6,
          codeDropout: 0,
          offset: 2,
          refeeding: refeeding ?? false,
        },
  }
}
