import { type Derivatives, refinePlaces } from '../../../engine/compression/analyse'
import { type CodeAxes, intoAxes, outOfAxes } from '../../../engine/compression/codeAxes'
import { descend } from '../../../engine/compression/descend'
import { fitCodeAxes, fitDetails, withVariance } from '../../../engine/compression/fitCoordinates'
import type { Details } from '../../../engine/compression/imageCoder'
import { type RoundedTensor, roundTensor, valuesOf } from '../../../engine/compression/tensorCoder'
import { psnrOfMse } from '../../../engine/imaging/psnr'
import { type CodecModel, roundedWeights, withRounded } from './codecModel'

/** Up to so many axes derivatives are taken along each of them; beyond, images are approached by gradients. */
const mostSlopes = 48
const newtonRounds = 3
const gradientRounds = 12
/** Variance of an axis, as a share of the largest, below which it is left out at once. */
const leastVariance = 1e-4
/** What rounding the weights may cost, in dB. */
const roundingLoss = 0.08
const weightBits = [1, 2, 3, 4, 5, 6, 7, 9]
/** How finely axes, and directions of details, are rounded. */
const axesBits = 9
const directionBits = 3
const offsetBits = 4

/** Along which axes a decoder's images are coded, and how places of images are found. */
export interface FittedCodec {
  readonly model: CodecModel
  /** The weights as a file holds them; empty where it holds none. */
  readonly weights: readonly RoundedTensor[]
  readonly axes: CodeAxes
  /** Whether errors are known along each axis, so that choices can be looked at once more. */
  readonly hasSlopes: boolean
  /** Places of images, as near to them as the decoder can draw. */
  places(images: Float32Array): Promise<Derivatives[]>
}

/**
 * @param training images that the model knows, count × inputs
 * @param rounds whether weights are rounded, as they are for a file with the model in it
 */
export async function fitCodec(
  model: CodecModel,
  values: Readonly<Record<string, Float32Array>>,
  training: Float32Array,
  rounds: boolean,
): Promise<FittedCodec> {
  const weights = rounds ? await roundWeights(model, values, training) : []
  const codes = await model.encode(training)
  const fitted = await fitCodeAxes(model.decode, codes, model.dimensions, model.inputs)
  const wide = withVariance(fitted, leastVariance * (fitted.variance[0] ?? 0))
  return codecAlong(model, weights, asStored(wide))
}

/** The same codec along other axes. */
export function codecAlong(
  model: CodecModel,
  weights: readonly RoundedTensor[],
  axes: CodeAxes,
): FittedCodec {
  const hasSlopes = axes.count <= mostSlopes
  const places = async (images: Float32Array) => {
    if (axes.count === 0) return meanPlaces(model, axes, images)
    const start = intoAxes(axes, await model.encode(images))
    if (!hasSlopes) return descend(axes, model.pull, images, start, gradientRounds)
    const reach = 0.1 * Math.sqrt(axes.variance[axes.count >> 1]!) + 0.05
    return refinePlaces(axes, model.decode, images, start, { rounds: newtonRounds, reach })
  }
  return { model, weights, axes, hasSlopes, places }
}

/** The coarsest rounding that costs next to nothing; the model has its weights then. */
async function roundWeights(
  model: CodecModel,
  values: Readonly<Record<string, Float32Array>>,
  training: Float32Array,
): Promise<RoundedTensor[]> {
  const some = training.subarray(0, Math.min(training.length, 256 * model.inputs))
  const codes = await model.encode(some)
  const before = meanPsnr(await model.decode(codes), some, model.inputs)
  let rounded: RoundedTensor[] = []
  for (const bits of weightBits) {
    rounded = roundedWeights(model.spec, values, bits)
    await model.write(withRounded(model.spec, values, rounded))
    if (meanPsnr(await model.decode(codes), some, model.inputs) > before - roundingLoss) break
  }
  return rounded
}

/** Mean PSNR of images clipped to 0..1. */
export function meanPsnr(drawn: Float32Array, images: Float32Array, inputs: number): number {
  const count = images.length / inputs
  let sum = 0
  for (let from = 0; from < images.length; from += inputs) {
    let error = 0
    for (let i = from; i < from + inputs; i++) {
      const value = drawn[i]!
      error += ((value > 1 ? 1 : value > 0 ? value : 0) - images[i]!) ** 2
    }
    sum += psnrOfMse(error / inputs)
  }
  return sum / Math.max(1, count)
}

/** Axes as their file holds them. */
export function asStored(axes: CodeAxes): CodeAxes {
  const [mean, outOf] = axesTensors(axes)
  return { ...axes, mean: valuesOf(mean!), outOf: valuesOf(outOf!) }
}

export const axesTensors = ({ dimensions, count, mean, outOf }: CodeAxes): RoundedTensor[] => [
  roundTensor('mean', [dimensions], mean, axesBits),
  roundTensor('axes', [dimensions, count], outOf, axesBits),
]

export const detailTensors = ({ count, directions, offset }: Details): RoundedTensor[] => [
  roundTensor('offset', [offset.length], offset, offsetBits),
  roundTensor('directions', [count, offset.length], directions, directionBits),
]

/** Details as their file holds them. */
export function detailsAsStored(details: Details): Details {
  const [offset, directions] = detailTensors(details)
  return { ...details, offset: valuesOf(offset!), directions: valuesOf(directions!) }
}

export const noDetails = (inputs: number): Details => ({
  count: 0,
  directions: new Float32Array(0),
  offset: new Float32Array(inputs),
})

/** Directions of what the decoder cannot draw, fitted to images that the model knows. */
export async function fitRest(codec: FittedCodec, training: Float32Array, wanted: number): Promise<Details> {
  const { inputs } = codec.model
  const count = Math.min(training.length / inputs, codec.hasSlopes ? 900 : 2000)
  const images = training.subarray(0, count * inputs)
  const rest = Float32Array.from(images)
  const together = 128
  for (let first = 0; first < count; first += together) {
    const part = images.subarray(first * inputs, Math.min(count, first + together) * inputs)
    const known = await codec.places(part)
    const { count: axes } = codec.axes
    const places = new Float64Array(known.length * axes)
    known.forEach(({ quadratic }, row) => places.set(quadratic.place, row * axes))
    const drawn = await codec.model.decode(outOfAxes(codec.axes, places, known.length))
    for (let i = 0; i < part.length; i++) rest[first * inputs + i]! -= Math.min(1, Math.max(0, drawn[i]!))
  }
  return detailsAsStored(fitDetails(rest, inputs, Math.min(wanted, Math.floor(count / 2)), 1e-6))
}

/** Without axes every image has the mean code. */
async function meanPlaces(model: CodecModel, axes: CodeAxes, images: Float32Array): Promise<Derivatives[]> {
  const rows = images.length / model.inputs
  const drawn = await model.decode(outOfAxes(axes, new Float64Array(0), rows))
  const empty = new Float64Array(0)
  return Array.from({ length: rows }, (_, row) => {
    let error = 0
    for (let i = row * model.inputs; i < (row + 1) * model.inputs; i++)
      error += (Math.min(1, Math.max(0, drawn[i]!)) - images[i]!) ** 2
    return { quadratic: { count: 0, place: empty, metric: empty, pull: empty }, error }
  })
}
