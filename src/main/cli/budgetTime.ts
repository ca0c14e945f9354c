import { InvalidArgumentError } from 'commander'
import { type Budget, budgetNames } from '../../shared/plan'
import { budgetsMs } from '../features/training/planTraining'

const leastMs = 1000
const mostMs = 24 * 3_600_000

/** A time of a number and a unit, such as 90s, 5m or 2h; or auto. */
export function parseBudget(text: string): string {
  const budget = text.trim()
  if (!isNamedBudget(budget) && timeMs(budget) === null)
    throw new InvalidArgumentError(
      `Write ${budgetNames.join(', ')}, or for ratings, tables and pairs any time such as 90s or 5m.`,
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
  const ms = durationMs(text)
  return ms !== null && ms >= leastMs && ms <= mostMs ? ms : null
}

const units = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 } as const

/** Reads 90s, 10m, 1h or 1h30m. @returns milliseconds, null for what is no time */
export function durationMs(text: string): number | null {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return null
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * units[unit as keyof typeof units], 0)
}
