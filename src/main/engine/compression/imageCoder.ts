import { type Decode, type Derivatives, derivatives } from './analyse'
import { type CodeAxes, outOfAxes } from './codeAxes'
import { type DimensionPrior, priorBits } from './codeModel'
import { cheapest, roundPlace, sweep } from './lattice'

/**
 * What a linear method adds to decoded images: an offset, and directions of the image space whose coefficients are coded beside the
 * code. Without a decoder the offset is the mean image and the directions are principal components: that is PCA.
 */
export interface Details {
  readonly count: number
  /** count × inputs, nearly orthonormal. */
  readonly directions: Float32Array
  /** Added to every image. */
  readonly offset: Float32Array
}

/** All that a reader needs to draw images of whole numbers. */
export interface Coordinates {
  readonly inputs: number
  readonly axes: CodeAxes
  readonly details: Details
  readonly step: number
}

/** Squared error that a bit is worth, in squared steps: at high rates −dD/dR = 2·ln 2·D with D = step²/12. */
export const lambdaPerStep = 0.14

export interface ChosenRows {
  /** rows × (axes + details). */
  readonly rows: Int32Array
  /** rows × inputs, 0..1, as a reader draws them. */
  readonly drawn: Float32Array
}

const clip = (value: number) => (value > 1 ? 1 : value > 0 ? value : 0)

/** Images of whole numbers. @param rows rows × (axes + details) @returns rows × inputs, 0..1 */
export async function drawRows(
  coordinates: Coordinates,
  decode: Decode,
  rows: Int32Array,
  count: number,
): Promise<Float32Array> {
  const images = await drawBase(coordinates, decode, rows, count)
  for (let row = 0; row < count; row++) addDetails(coordinates, rows, row, images)
  for (let i = 0; i < images.length; i++) images[i] = clip(images[i]!)
  return images
}

/** What the decoder draws, clipped, with the offset. */
async function drawBase(
  { inputs, axes, details, step }: Coordinates,
  decode: Decode,
  rows: Int32Array,
  count: number,
): Promise<Float32Array> {
  const images = new Float32Array(count * inputs)
  if (axes.dimensions > 0) {
    const width = axes.count + details.count
    const places = new Float64Array(count * axes.count)
    for (let row = 0; row < count; row++)
      for (let k = 0; k < axes.count; k++) places[row * axes.count + k] = step * rows[row * width + k]!
    images.set(await decode(outOfAxes(axes, places, count)))
  }
  for (let i = 0; i < images.length; i++) images[i] = clip(images[i]!) + details.offset[i % inputs]!
  return images
}

function addDetails(
  { inputs, axes, details, step }: Coordinates,
  rows: Int32Array,
  row: number,
  images: Float32Array,
): void {
  const image = images.subarray(row * inputs, (row + 1) * inputs)
  const first = row * (axes.count + details.count) + axes.count
  for (let k = 0; k < details.count; k++) {
    const amount = step * rows[first + k]!
    if (amount === 0) continue
    const direction = details.directions.subarray(k * inputs, (k + 1) * inputs)
    for (let i = 0; i < inputs; i++) image[i]! += amount * direction[i]!
  }
}

/**
 * Chooses whole numbers for images, so that error and bits together cost least.
 *
 * @param images rows × inputs, 0..1
 * @param known derivatives at the places of the images; empty without axes
 * @param polish whether derivatives are taken once more at the chosen numbers: axes + 1 decodings an image
 */
export async function chooseRows(
  coordinates: Coordinates,
  decode: Decode,
  images: Float32Array,
  known: readonly Derivatives[],
  { priors, polish }: { readonly priors: readonly DimensionPrior[]; readonly polish: boolean },
): Promise<ChosenRows> {
  const { inputs, axes, details, step } = coordinates
  const tables = priorBits(priors)
  const rounding = { step, lambda: lambdaPerStep * step * step, tables }
  const width = axes.count + details.count
  const count = images.length / inputs
  const rows = new Int32Array(count * width)
  const axesOf = (row: number) => rows.subarray(row * width, row * width + axes.count)
  known.forEach(({ quadratic }, row) => roundPlace(quadratic, rounding, axesOf(row)))
  if (polish && axes.count > 0) await polishRows(coordinates, decode, images, rounding, axesOf, count)
  const drawn = await drawBase(coordinates, decode, rows, count)
  for (let row = 0; row < count; row++) {
    const image = images.subarray(row * inputs, (row + 1) * inputs)
    const base = drawn.subarray(row * inputs, (row + 1) * inputs)
    const first = row * width + axes.count
    for (let k = 0; k < details.count; k++) {
      const direction = details.directions.subarray(k * inputs, (k + 1) * inputs)
      let sum = 0
      for (let i = 0; i < inputs; i++) sum += direction[i]! * (image[i]! - base[i]!)
      rows[first + k] = cheapest(sum / step, step * step, rounding.lambda, tables[axes.count + k]!)
    }
    addDetails(coordinates, rows, row, drawn)
  }
  for (let i = 0; i < drawn.length; i++) drawn[i] = clip(drawn[i]!)
  return { rows, drawn }
}

/** Looks at each image where it was rounded to, and changes numbers where the picture there says so. */
async function polishRows(
  { axes, step }: Coordinates,
  decode: Decode,
  images: Float32Array,
  rounding: Parameters<typeof sweep>[1],
  axesOf: (row: number) => Int32Array,
  count: number,
): Promise<void> {
  const places = new Float64Array(count * axes.count)
  const place = (row: number) => places.subarray(row * axes.count, (row + 1) * axes.count)
  for (let row = 0; row < count; row++) axesOf(row).forEach((q, k) => (place(row)[k] = q * step))
  const before = await derivatives(axes, decode, images, places, step / 2)
  const tried = before.map(({ quadratic }, row) => {
    const numbers = axesOf(row).slice()
    return sweep(quadratic, rounding, numbers) ? numbers : null
  })
  const changed = [...tried.keys()].filter((row) => tried[row])
  if (changed.length === 0) return
  const moved = new Float64Array(changed.length * axes.count)
  changed.forEach((row, i) => tried[row]!.forEach((q, k) => (moved[i * axes.count + k] = q * step)))
  const drawn = await decode(outOfAxes(axes, moved))
  const inputs = images.length / count
  const bits = (numbers: Int32Array) =>
    numbers.reduce((sum, q, k) => sum + (rounding.tables[k]![Math.min(32, Math.abs(q))] ?? 0), 0)
  changed.forEach((row, i) => {
    const error = squaredError(
      drawn.subarray(i * inputs, (i + 1) * inputs),
      images.subarray(row * inputs, (row + 1) * inputs),
    )
    const gain = before[row]!.error - error + rounding.lambda * (bits(axesOf(row)) - bits(tried[row]!))
    if (gain > 0) axesOf(row).set(tried[row]!)
  })
}

function squaredError(drawn: Float32Array, image: Float32Array): number {
  let sum = 0
  for (let i = 0; i < image.length; i++) sum += (clip(drawn[i]!) - image[i]!) ** 2
  return sum
}
