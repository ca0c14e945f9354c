import { InvalidArgumentError } from 'commander'
import { type Budget, budgetNames } from '../../../shared/plan'
import { budgetsMs } from '../../features/training/planTraining'

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000 } as const

/** A time of a number and a unit, such as 90s, 5m or 2h; or auto. */
export function parseBudget(text: string): string {
  const budget = text.trim()
  if (!isNamedBudget(budget) && timeMs(budget) === null)
    throw new InvalidArgumentError(
      `Write ${budgetNames.join(', ')}, or for ratings any time such as 90s or 5m.`,
    )
  return budget
}

export const isNamedBudget = (budget: string): budget is Budget =>
  (budgetNames as readonly string[]).includes(budget)

/** In milliseconds; undefined where none was asked for. */
export function budgetMsOf(budget: string | undefined): number | undefined {
  if (budget === undefined) return undefined
  return isNamedBudget(budget) ? budgetsMs[budget] : timeMs(budget)!
}

function timeMs(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? []
  const ms = Number(amount) * unitsMs[unit as keyof typeof unitsMs]
  return ms >= 1000 && ms <= 24 * unitsMs.h ? ms : null
}
