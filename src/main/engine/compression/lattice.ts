import { bitsOf } from './codeModel'

/**
 * Rounds places along axes to multiples of a step, so that the squared error of the image and the bits together cost least. The error
 * is taken as quadratic around the place:
 *
 *     E(v) = (v − u)ᵀG(v − u) − 2gᵀ(v − u)        cost = E(step·q) + λ·bits(q)
 *
 * A first choice goes from the last axis to the first and lets the axes to come make up for what is rounded (successive
 * cancellation, Babai 1986); then single numbers change while that lowers the cost.
 */
export interface Quadratic {
  readonly count: number
  /** u. */
  readonly place: Float64Array
  /** G = JᵀJ, count × count; null for the identity, which long codes are taken to have. */
  readonly metric: Float64Array | null
  /** g = Jᵀ(x − x̂), the pull towards the image. */
  readonly pull: Float64Array
}

export interface Rounding {
  readonly step: number
  /** Squared error that a bit is worth. */
  readonly lambda: number
  /** By axis, of `priorBits`. */
  readonly tables: readonly Float64Array[]
}

const mostSweeps = 6
/** Added to the metric's diagonal, as a share of its mean, so that it has a root. */
const ridge = 1e-3

/** @param into receives a number an axis */
export function roundPlace(quadratic: Quadratic, rounding: Rounding, into: Int32Array): void {
  successive(quadratic, rounding, into)
  sweep(quadratic, rounding, into)
}

function successive({ count, place, metric, pull }: Quadratic, rounding: Rounding, into: Int32Array): void {
  const { step, lambda, tables } = rounding
  if (!metric) return eachAlone(place, pull, rounding, into)
  const root = cholesky(metric, count)
  const target = solved(root, pull, count)
  for (let k = 0; k < count; k++) target[k]! += place[k]!
  const rest = new Float64Array(count)
  for (let k = count - 1; k >= 0; k--) {
    let center = target[k]!
    const own = root[k * count + k]!
    for (let j = k + 1; j < count; j++) center -= (root[j * count + k]! / own) * rest[j]!
    const q = cheapest(center / step, (own * step) ** 2, lambda, tables[k]!)
    into[k] = q
    rest[k] = q * step - target[k]!
  }
}

/** Where no axis can make up for another. The diagonal is the one that `cholesky` would see. */
function eachAlone(
  place: Float64Array,
  pull: Float64Array,
  { step, lambda, tables }: Rounding,
  into: Int32Array,
): void {
  const own = 1 + ridge
  for (let k = 0; k < place.length; k++)
    into[k] = cheapest((place[k]! + pull[k]! / own) / step, own * step ** 2, lambda, tables[k]!)
}

/** The whole number near `center` that costs least, with an error of `weight` times the squared distance. */
export function cheapest(center: number, weight: number, lambda: number, table: Float64Array): number {
  const near = Math.round(center)
  let best = 0
  let least = weight * center * center + lambda * table[0]!
  const towardsZero = near > center ? near - 1 : near + 1
  for (const q of [near, towardsZero]) {
    if (q === 0) continue
    const cost = weight * (q - center) ** 2 + lambda * bitsOf(table, q)
    if (cost < least) [least, best] = [cost, q]
  }
  return best
}

/** Lower triangle L with G ≈ LᵀL, so that the last row alone holds the last axis. count × count. */
function cholesky(metric: Float64Array, count: number): Float64Array {
  let trace = 0
  for (let k = 0; k < count; k++) trace += metric[k * count + k]!
  const added = (ridge * trace) / Math.max(1, count) + 1e-12
  const root = new Float64Array(count * count)
  for (let i = count - 1; i >= 0; i--) {
    let diagonal = metric[i * count + i]! + added
    for (let k = i + 1; k < count; k++) diagonal -= root[k * count + i]! ** 2
    const own = Math.sqrt(Math.max(diagonal, added * 1e-3))
    root[i * count + i] = own
    for (let j = 0; j < i; j++) {
      let sum = metric[i * count + j]!
      for (let k = i + 1; k < count; k++) sum -= root[k * count + i]! * root[k * count + j]!
      root[i * count + j] = sum / own
    }
  }
  return root
}

/** G⁻¹g by G = LᵀL. */
function solved(root: Float64Array, pull: Float64Array, count: number): Float64Array {
  const middle = Float64Array.from(pull)
  for (let i = count - 1; i >= 0; i--) {
    for (let k = i + 1; k < count; k++) middle[i]! -= root[k * count + i]! * middle[k]!
    middle[i]! /= root[i * count + i]!
  }
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) middle[i]! -= root[i * count + j]! * middle[j]!
    middle[i]! /= root[i * count + i]!
  }
  return middle
}

/** Changes single numbers by one, or to zero, while that lowers the cost. @returns whether anything changed */
export function sweep(
  { count, place, metric, pull }: Quadratic,
  rounding: Rounding,
  into: Int32Array,
): boolean {
  const { step, lambda, tables } = rounding
  const slope = new Float64Array(count) // Half the derivative of the error.
  for (let k = 0; k < count; k++) {
    let sum = -pull[k]!
    if (metric) for (let j = 0; j < count; j++) sum += metric[k * count + j]! * (into[j]! * step - place[j]!)
    else sum += into[k]! * step - place[k]!
    slope[k] = sum
  }
  let anything = false
  for (let round = 0; round < mostSweeps; round++) {
    let changed = false
    for (let k = 0; k < count; k++) {
      const q = into[k]!
      const table = tables[k]!
      const own = metric ? metric[k * count + k]! : 1
      const change = (to: number) => {
        const move = (to - q) * step
        return 2 * slope[k]! * move + own * move * move + lambda * (bitsOf(table, to) - bitsOf(table, q))
      }
      let best = q
      let least = -1e-12
      for (const to of q === 0 ? [-1, 1] : [q - 1, q + 1, 0]) {
        const cost = change(to)
        if (cost < least) [least, best] = [cost, to]
      }
      if (best === q) continue
      const move = (best - q) * step
      if (metric) for (let j = 0; j < count; j++) slope[j]! += metric[j * count + k]! * move
      else slope[k]! += move
      into[k] = best
      changed = anything = true
    }
    if (!changed) break
  }
  return anything
}

/** The step towards the least error, damped: (G + damping·I)⁻¹g. */
export function leastSquaresStep({ count, metric, pull }: Quadratic, damping: number): Float64Array {
  if (!metric) return pull.map((value) => value / (1 + damping))
  const damped = Float64Array.from(metric)
  for (let k = 0; k < count; k++) damped[k * count + k]! += damping
  return solved(cholesky(damped, count), pull, count)
}
