import { type DimensionPrior, fitPriors } from '../../../engine/compression/codeModel'
import type { CodeAxes } from '../../../engine/compression/codeAxes'
import type { Coordinates, Details } from '../../../engine/compression/imageCoder'
import { type RoundedTensor, valuesOf } from '../../../engine/compression/tensorCoder'
import { psnrOfMse } from '../../../engine/imaging/psnr'
import type { CompressionGoal } from './compressionTasks'
import { axesTensors, codecAlong, detailTensors, type FittedCodec, fitRest, noDetails } from './fitCodec'
import { findStep, type Trial, type Tried, tryStep } from './findStep'

/** What `auto` gives away of the PSNR that the decoder reaches, in dB. */
const autoLoss = 0.5
/** The decoder alone cannot come nearer to its reach than this without a waste of bits; details take over. */
const nearReach = 0.3
const mostDetails = 400
/** A number that is other than zero less often than this, over the images tried, is left out. */
const leastUse = 0.002

export interface CodecPlan {
  readonly codec: FittedCodec
  /** As a file holds them; what they round to is in the coordinates. */
  readonly tensors: readonly RoundedTensor[]
  readonly coordinates: Coordinates
  readonly priors: readonly DimensionPrior[]
  /** Of the images tried, in dB. */
  readonly psnr: number
  /** What was asked for; null where nothing was. */
  readonly target: number | null
  readonly isReached: boolean
}

/**
 * Chooses step, axes and details.
 *
 * @param training images that the model knows, count × inputs
 * @param sample of the images to compress
 * @param within how far above its PSNR a step is near enough, in dB
 */
export async function planCodec(
  codec: FittedCodec,
  training: Float32Array,
  sample: Float32Array,
  goal: CompressionGoal,
  within?: number,
): Promise<CodecPlan> {
  const { inputs, decode } = codec.model
  const known = await codec.places(sample)
  const reach =
    known.reduce((sum, { error }) => sum + psnrOfMse(error / inputs), 0) / Math.max(1, known.length)
  const trial: Trial = { images: sample, known, decode, polish: codec.hasSlopes }
  const at = (details: Details) => (step: number) => ({ inputs, axes: codec.axes, details, step })
  const none = noDetails(inputs)
  const spread = Math.sqrt(codec.axes.variance[0] ?? 1)
  const finish = (tried: Tried, target: number | null) => finished(codec, tried, target)
  if (goal.kind === 'step') {
    const details = goal.withDetails
      ? await fitRest(codec, training, Math.min(mostDetails, inputs - 1))
      : none
    return finish(await tryStep(at(details)(goal.step), trial), null)
  }
  if (goal.kind === 'bits') {
    const range = rangeOf(known)
    return finish(await tryStep(at(none)(Math.max(1e-9, range / 2 ** goal.bits)), trial), null)
  }
  const target = goal.kind === 'auto' ? reach - autoLoss : goal.psnr
  const isWithin = codec.axes.count > 0 && target <= reach - nearReach
  const limits = { start: startOf(target, inputs, codec.axes), least: spread / 2 ** 16, within }
  if (isWithin)
    return finish(await findStep(at(none), trial, target, limits), goal.kind === 'auto' ? null : target)
  const rest = await fitRest(codec, training, Math.min(mostDetails, inputs - 1))
  return finish(await findStep(at(rest), trial, target, limits), target)
}

/** From the error that is to be left, shared by all axes: each has step²/12 of it. */
function startOf(psnr: number, inputs: number, { count }: CodeAxes): number {
  return Math.sqrt((8 * inputs * 10 ** (-psnr / 10)) / Math.max(16, count))
}

function rangeOf(known: readonly { quadratic: { place: Float64Array } }[]): number {
  const count = known[0]?.quadratic.place.length ?? 0
  let widest = 0
  for (let k = 0; k < count; k++) {
    const values = known.map(({ quadratic }) => quadratic.place[k]!)
    widest = Math.max(
      widest,
      values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)),
    )
  }
  return widest
}

/** Leaves out axes and details that no image uses, and takes priors from what is left. */
function finished(codec: FittedCodec, tried: Tried, target: number | null): CodecPlan {
  const { axes, details, step, inputs } = tried.coordinates
  const width = axes.count + details.count
  const rows = width === 0 ? 0 : tried.rows.length / width
  const isUsed = (d: number) => {
    let uses = 0
    for (let row = 0; row < rows; row++) if (tried.rows[row * width + d] !== 0) uses++
    return uses > leastUse * rows
  }
  const keptAxes = [...Array(axes.count).keys()].filter(isUsed)
  const keptDetails = [...Array(details.count).keys()].filter((k) => isUsed(axes.count + k))
  const kept = [...keptAxes, ...keptDetails.map((k) => axes.count + k)]
  const left = new Int32Array(rows * kept.length)
  for (let row = 0; row < rows; row++)
    kept.forEach((from, to) => (left[row * kept.length + to] = tried.rows[row * width + from]!))
  const directions = new Float32Array(keptDetails.length * inputs)
  keptDetails.forEach((from, to) =>
    directions.set(details.directions.subarray(from * inputs, (from + 1) * inputs), to * inputs),
  )
  const some = selected(axes, keptAxes)
  const linear = { count: keptDetails.length, directions, offset: details.offset }
  const ofAxes = axesTensors(some)
  const ofDetails = details.offset.some((value) => value !== 0) ? detailTensors(linear) : []
  const along = { ...some, mean: valuesOf(ofAxes[0]!), outOf: valuesOf(ofAxes[1]!) }
  const [offset, rounded] = ofDetails
  return {
    codec: codecAlong(codec.model, codec.weights, along),
    tensors: [...ofAxes, ...ofDetails],
    coordinates: {
      inputs,
      step,
      axes: along,
      details:
        offset && rounded
          ? { count: linear.count, directions: valuesOf(rounded), offset: valuesOf(offset) }
          : noDetails(inputs),
    },
    priors: fitPriors(left, kept.length),
    psnr: tried.psnr,
    target,
    isReached: target === null || tried.psnr >= target - 0.05,
  }
}

/** Some of the axes. */
function selected(axes: CodeAxes, kept: readonly number[]): CodeAxes {
  const { dimensions, mean } = axes
  const into = new Float64Array(kept.length * dimensions)
  const outOf = new Float32Array(dimensions * kept.length)
  kept.forEach((from, to) => {
    for (let d = 0; d < dimensions; d++) {
      into[to * dimensions + d] = axes.into[from * dimensions + d]!
      outOf[d * kept.length + to] = axes.outOf[d * axes.count + from]!
    }
  })
  const variance = Float64Array.from(kept, (k) => axes.variance[k]!)
  return { dimensions, count: kept.length, mean, into, outOf, variance }
}
