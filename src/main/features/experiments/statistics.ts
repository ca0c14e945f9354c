import type { Curve, Figure } from '../../../shared/experiment'

/** Mean and standard deviation (n − 1) of what the seeds gave. */
export function figureOf(values: readonly number[]): Figure {
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null, values }
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

export interface Point {
  readonly epoch: number
  readonly value: number
}

/** More points than this are not told apart on a page. */
const mostPoints = 240

/** Curves of several seeds as one. At an epoch that not all of them have reached, those that have count. */
export function curveOf(seeds: readonly (readonly Point[])[]): Curve {
  const at = new Map<number, number[]>()
  for (const points of seeds)
    for (const { epoch, value } of points)
      if (Number.isFinite(value)) at.set(epoch, [...(at.get(epoch) ?? []), value])
  const all = [...at.keys()].sort((a, b) => a - b)
  const step = Math.max(1, Math.ceil(all.length / mostPoints))
  const epochs = all.filter((_, i) => i % step === 0 || i === all.length - 1)
  const values = epochs.map((epoch) => at.get(epoch)!)
  return {
    epochs,
    mean: values.map(meanOf),
    least: values.map((those) => Math.min(...those)),
    most: values.map((those) => Math.max(...those)),
  }
}

/** The epochs that all seeds have, for figures that are not taken after each of them; those of the first one without any. */
export function sharedCurve(seeds: readonly (readonly Point[])[]): Curve {
  const [first = [], ...others] = seeds
  const shared = first.filter(({ epoch }) =>
    others.every((points) => points.some((point) => point.epoch === epoch)),
  )
  if (shared.length < 2) return curveOf([first])
  const epochs = new Set(shared.map(({ epoch }) => epoch))
  return curveOf(seeds.map((points) => points.filter(({ epoch }) => epochs.has(epoch))))
}
