import type { Derivatives } from './analyse'
import { type CodeAxes, outOfAxes } from './codeAxes'

/** Images of codes, and half the negative derivatives of their squared errors by the codes; both rows × …. */
export type Pull = (
  codes: Float32Array,
  images: Float32Array,
) => Promise<{ readonly drawn: Float32Array; readonly pull: Float32Array }>

/** A step is never longer than this many times the last one. */
const growth = 3

/**
 * Moves places towards the image by gradient steps of Barzilai and Borwein's length (1988), for codes too long for derivatives along
 * every axis. Along the axes the error is about as curved in all directions, so few steps do.
 *
 * @param places rows × axes
 * @returns the best place of each row, with the metric that the axes have on the average: the identity
 */
export async function descend(
  axes: CodeAxes,
  pull: Pull,
  images: Float32Array,
  places: Float64Array,
  rounds: number,
): Promise<Derivatives[]> {
  const { count } = axes
  const rows = places.length / count
  const inputs = images.length / rows
  const best = Float64Array.from(places)
  const least = new Float64Array(rows).fill(Infinity)
  const current = Float64Array.from(places)
  const lengths = new Float64Array(rows).fill(0.5)
  let before: { places: Float64Array; slopes: Float64Array } | null = null
  for (let round = 0; round <= rounds; round++) {
    const { drawn, pull: codePull } = await pull(outOfAxes(axes, current), images)
    const slopes = alongAxes(axes, codePull)
    for (let row = 0; row < rows; row++) {
      const at = row * count
      const error = clippedError(drawn, images, row * inputs, inputs)
      if (error < least[row]!) {
        least[row] = error
        best.set(current.subarray(at, at + count), at)
      }
      if (before) lengths[row] = stepLength(current, slopes, before, at, count, lengths[row]!)
    }
    before = { places: Float64Array.from(current), slopes }
    for (let i = 0; i < current.length; i++) current[i]! += lengths[Math.floor(i / count)]! * slopes[i]!
  }
  const still = new Float64Array(count)
  return Array.from({ length: rows }, (_, row) => ({
    quadratic: { count, place: best.slice(row * count, (row + 1) * count), metric: null, pull: still },
    error: least[row]!,
  }))
}

/** The pull along each axis: outOfᵀ·pull. */
function alongAxes({ dimensions, count, outOf }: CodeAxes, pull: Float32Array): Float64Array {
  const rows = pull.length / dimensions
  const slopes = new Float64Array(rows * count)
  for (let row = 0; row < rows; row++)
    for (let d = 0; d < dimensions; d++) {
      const value = pull[row * dimensions + d]!
      if (value === 0) continue
      for (let k = 0; k < count; k++) slopes[row * count + k]! += outOf[d * count + k]! * value
    }
  return slopes
}

/** ⟨Δu, Δu⟩ / ⟨Δu, −Δslope⟩. */
function stepLength(
  places: Float64Array,
  slopes: Float64Array,
  before: { places: Float64Array; slopes: Float64Array },
  at: number,
  count: number,
  last: number,
): number {
  let moved = 0
  let bent = 0
  for (let i = at; i < at + count; i++) {
    const move = places[i]! - before.places[i]!
    moved += move * move
    bent += move * (before.slopes[i]! - slopes[i]!)
  }
  if (!(moved > 0)) return last
  if (bent <= 0) return Math.min(2, last * 1.5)
  return Math.max(last / (2 * growth), Math.min(moved / bent, last * growth, 4))
}

function clippedError(drawn: Float32Array, images: Float32Array, from: number, inputs: number): number {
  let sum = 0
  for (let i = from; i < from + inputs; i++) {
    const value = drawn[i]!
    sum += ((value > 1 ? 1 : value > 0 ? value : 0) - images[i]!) ** 2
  }
  return sum
}
