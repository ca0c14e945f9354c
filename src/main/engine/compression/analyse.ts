import { type CodeAxes, outOfAxes } from './codeAxes'
import { leastSquaresStep, type Quadratic } from './lattice'

/** Draws images of codes. @param codes rows × dimensions @returns rows × inputs, as the network gives them */
export type Decode = (codes: Float32Array) => Promise<Float32Array>

/** Values drawn in one call, for what bounds memory. */
const valuesAtOnce = 4e6

/** How an image depends on its place along the axes, found by differences. */
export interface Derivatives {
  readonly quadratic: Quadratic
  /** Sum of squared errors of the image at the place, clipped to 0..1. */
  readonly error: number
}

/**
 * Derivatives of decoded images at places, by moving along each axis by `reach`.
 *
 * @param images rows × inputs, 0..1 @param places rows × axes
 * @param isWhole whether all of JᵀJ is wanted; its diagonal alone takes a hundredth of the time, where codes are long
 */
export async function derivatives(
  axes: CodeAxes,
  decode: Decode,
  images: Float32Array,
  places: Float64Array,
  reach: number,
  isWhole = true,
): Promise<Derivatives[]> {
  const { count } = axes
  const rows = count === 0 ? 0 : places.length / count
  const inputs = images.length / Math.max(1, rows)
  const together = Math.max(1, Math.floor(valuesAtOnce / ((count + 1) * inputs)))
  const found: Derivatives[] = []
  for (let first = 0; first < rows; first += together) {
    const part = places.subarray(first * count, (first + together) * count)
    const drawn = await decode(outOfAxes(axes, movedPlaces(part, count, reach)))
    for (let row = 0; row * count < part.length; row++) {
      const size = (count + 1) * inputs
      const image = images.subarray((first + row) * inputs, (first + row + 1) * inputs)
      const place = part.slice(row * count, (row + 1) * count)
      found.push(quadraticOf(drawn.subarray(row * size, (row + 1) * size), image, place, reach, isWhole))
    }
  }
  return found
}

/** Each place, and after it one for each axis. */
function movedPlaces(places: Float64Array, count: number, reach: number): Float64Array {
  const rows = places.length / count
  const moved = new Float64Array(rows * (count + 1) * count)
  for (let row = 0; row < rows; row++)
    for (let axis = 0; axis <= count; axis++) {
      const at = (row * (count + 1) + axis) * count
      moved.set(places.subarray(row * count, (row + 1) * count), at)
      // Towards the middle, where codes are known to be.
      if (axis > 0) moved[at + axis - 1]! += reachOf(places[row * count + axis - 1]!, reach)
    }
  return moved
}

const reachOf = (place: number, reach: number) => (place > 0 ? -reach : reach)
const clip = (value: number) => (value > 1 ? 1 : value > 0 ? value : 0)

/** @param drawn (axes + 1) × inputs */
function quadraticOf(
  drawn: Float32Array,
  image: Float32Array,
  place: Float64Array,
  reach: number,
  isWhole: boolean,
): Derivatives {
  const count = place.length
  const inputs = image.length
  const slopes = new Float32Array(count * inputs)
  const rest = new Float32Array(inputs)
  let error = 0
  for (let i = 0; i < inputs; i++) {
    const base = clip(drawn[i]!)
    rest[i] = image[i]! - base
    error += rest[i]! ** 2
    for (let k = 0; k < count; k++)
      slopes[k * inputs + i] = (clip(drawn[(k + 1) * inputs + i]!) - base) / reachOf(place[k]!, reach)
  }
  const metric = new Float64Array(count * count)
  const pull = new Float64Array(count)
  for (let a = 0; a < count; a++) {
    const slope = slopes.subarray(a * inputs, (a + 1) * inputs)
    pull[a] = dot(slope, rest)
    for (let b = isWhole ? 0 : a; b <= a; b++) {
      const value = dot(slope, slopes.subarray(b * inputs, (b + 1) * inputs))
      metric[a * count + b] = value
      metric[b * count + a] = value
    }
  }
  return { quadratic: { count, place, metric, pull }, error }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * Moves places so that decoded images come nearer to the images: Gauss–Newton steps, taken where they help. An encoder gives the code
 * quickly; the best one for a given decoder lies near it.
 *
 * @param places rows × axes, as the encoder gives them
 * @param rounds each takes axes + 1 decodings an image; the derivatives of the last one are given back
 */
export async function refinePlaces(
  axes: CodeAxes,
  decode: Decode,
  images: Float32Array,
  places: Float64Array,
  { rounds, reach }: { readonly rounds: number; readonly reach: number },
): Promise<Derivatives[]> {
  const { count } = axes
  let known = await derivatives(axes, decode, images, places, reach)
  const damping = new Float64Array(known.length).fill(0.05)
  for (let round = 1; round < rounds; round++) {
    const tried = new Float64Array(places.length)
    known.forEach(({ quadratic }, row) => {
      const step = leastSquaresStep(quadratic, damping[row]!)
      for (let k = 0; k < count; k++) tried[row * count + k] = quadratic.place[k]! + step[k]!
    })
    const moved = await derivatives(axes, decode, images, tried, reach)
    known = known.map((before, row) => {
      const better = moved[row]!.error < before.error
      damping[row]! *= better ? 0.3 : 8
      return better ? moved[row]! : before
    })
  }
  return known
}

/** The mean of JᵀJ over codes, or its diagonal, dimensions × dimensions, moving each number of the code by `reaches`. */
export async function meanMetric(
  decode: Decode,
  codes: Float32Array,
  inputs: number,
  reaches: Float32Array,
  isWhole: boolean,
): Promise<Float64Array> {
  const dimensions = reaches.length
  const rows = codes.length / dimensions
  const identity: CodeAxes = {
    dimensions,
    count: dimensions,
    mean: new Float32Array(dimensions),
    into: new Float64Array(0),
    outOf: new Float32Array(dimensions * dimensions),
    variance: new Float64Array(dimensions),
  }
  for (let d = 0; d < dimensions; d++) identity.outOf[d * dimensions + d] = reaches[d]!
  const sum = new Float64Array(dimensions * dimensions)
  const places = Float64Array.from(codes, (value, i) => value / reaches[i % dimensions]!)
  const images = new Float32Array(rows * inputs)
  for (const { quadratic } of await derivatives(identity, decode, images, places, 1, isWhole))
    for (let i = 0; i < sum.length; i++) sum[i]! += quadratic.metric![i]! / rows
  for (let a = 0; a < dimensions; a++)
    for (let b = 0; b < dimensions; b++) sum[a * dimensions + b]! /= reaches[a]! * reaches[b]!
  return sum
}
