import type { AnomalyScore } from '../../../shared/anomalies'
import { thresholdFor } from '../../../shared/anomalyFigures'
import { Calibration } from './calibration'
import { evenlySpread, type Measured, type MeasureName, ofNetwork } from './measures'

/** Images that were held back before their errors are put beside those of the others. */
const enoughHeldOut = 10

/**
 * A network knows the images that it was trained on, and errs less there: their values are raised by as much as the median
 * of those that were held back is higher.
 */
export function calibrate(
  measured: Measured,
  rows: Uint32Array,
  heldOut: ReadonlySet<number>,
): Map<MeasureName, Calibration> {
  const entries = Object.entries(measured) as [MeasureName, Float32Array][]
  return new Map(
    entries.map(([name, values]) => {
      const held = values.filter((_, i) => heldOut.has(rows[i]!))
      const others = values.filter((_, i) => !heldOut.has(rows[i]!))
      if (ofNetwork.includes(name) && held.length >= enoughHeldOut && others.length > 0) {
        const factor = Math.max(1, middle(held) / Math.max(middle(others), 1e-12))
        values.forEach((value, i) => {
          if (!heldOut.has(rows[i]!)) values[i] = value * factor
        })
      }
      return [name, Calibration.fit(values, evenlySpread.includes(name))]
    }),
  )
}

const middle = (values: Float32Array) => thresholdFor(Float32Array.from(values).sort(), 0.5)

/** Standard deviations of which an image as a whole may differ before that counts: normal images differ in it most. */
export const wholeFrom = 1

/**
 * What the measures say in relation to normal images: the mean of them. By default an image that is odd as a whole, as a
 * letter among photographs is, counts by that, whatever the mean says of its parts: the larger of both, or a little more.
 */
export function together(
  measured: Measured,
  calibrations: ReadonlyMap<MeasureName, Calibration>,
  score: AnomalyScore,
): Float64Array {
  const { texture, pieces, ...others } = measured
  const calibrated = (name: MeasureName, values: Float32Array) => {
    const calibration = calibrations.get(name)!
    return Float64Array.from(values, (value) => calibration.of(value))
  }
  const whole =
    score === 'default' && others.appearance ? calibrated('appearance', others.appearance) : undefined
  const terms = (Object.entries(others) as [MeasureName, Float32Array][])
    .filter(([name]) => !whole || name !== 'appearance')
    .map((entry) => calibrated(...entry))
  if (texture && pieces) {
    const second = calibrated('pieces', pieces)
    terms.push(calibrated('texture', texture).map((value, i) => Math.max(value, second[i]!)))
  }
  const means = Float64Array.from(terms[0] ?? [], (_, i) => meanOf(terms.map((term) => term[i]!)))
  return whole ? means.map((mean, i) => logOfSum(mean, whole[i]! - wholeFrom)) : means
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Of their exponentials: a little above the larger. */
function logOfSum(a: number, b: number): number {
  const most = Math.max(a, b)
  return most + Math.log(Math.exp(a - most) + Math.exp(b - most))
}
