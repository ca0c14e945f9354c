import { checkHasCode } from '../../../../shared/checkHasCode'
import { type InputShape, inputSize } from '../../../../shared/modelSpec'
import { CodeModel, type DimensionPrior, fitPriors } from '../../../engine/compression/codeModel'
import { fitDetails } from '../../../engine/compression/fitCoordinates'
import type { Coordinates } from '../../../engine/compression/imageCoder'
import { RangeWriter } from '../../../engine/compression/rangeCoder'
import { ssimOfImages } from '../../../engine/imaging/ssim'
import { openDataset } from '../../../store/datasetStore'
import { readParameters } from '../../../worker/loadModel'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { CodecModel } from './codecModel'
import type { CompressionProgress, CurvePoint, MeasureParams, MeasureResult } from './compressionTasks'
import { fitCodec } from './fitCodec'
import { findStep, type Trial, tryStep } from './findStep'
import { planCodec } from './planCodec'
import { evenly, knownImages } from './someImages'

/** Of the step at which the PSNR is that of the file. */
const shares = [0.6, 1, 1.5, 2.2]
/** Components of PCA, and values of all of them together: more take minutes. At these PSNRs few of them are used. */
const mostComponents = 400
const fewestComponents = 128
const componentValues = 8e5

type Context = TaskContext<CompressionProgress>

/** Rate-distortion curves of a model, and of PCA with the same rounding and the same coder, on the same images. */
export async function measureCompression(params: MeasureParams, context: Context): Promise<MeasureResult> {
  checkHasCode(params.model.spec)
  const dataset = await openDataset(params.dataset)
  try {
    const { images: training } = await knownImages(params.training, dataset)
    const images = await evenly(dataset, params.images)
    const { input } = params.model.spec
    let done = 0
    const progress = () => {
      throwIfEnding(context as TaskContext<never>)
      context.emit({ type: 'progress', done: done++, total: 2 * shares.length + 1 })
    }
    progress()
    const model = await modelCurve(params, training, images, progress)
    const pca = await pcaCurve(params.psnr, training, images, input, { progress, shares })
    const count = images.length / inputSize(input)
    // As if these images were all that the file holds.
    const whole = (points: readonly CodedPoint[]) =>
      points.map(({ headerBytes, ...point }) => ({ ...point, bytes: point.bytes + headerBytes / count }))
    return { images: count, model: whole(model), pca: whole(pca) }
  } finally {
    await dataset.close()
  }
}

async function modelCurve(
  params: MeasureParams,
  training: Float32Array,
  images: Float32Array,
  progress: () => void,
): Promise<CodedPoint[]> {
  const { spec } = params.model
  const values = await readParameters(params.model)
  const model = await CodecModel.open(spec, values, params)
  try {
    const fitted = await fitCodec(model, values, training, true)
    const goal = { kind: 'step', step: params.step, withDetails: params.withDetails } as const
    const { codec, coordinates } = await planCodec(fitted, training, images, goal)
    const trial: Trial = {
      images,
      known: await codec.places(images),
      decode: model.decode,
      polish: codec.hasSlopes,
    }
    return await curveAround(coordinates, trial, spec.input, { shares, progress })
  } finally {
    await model.dispose()
  }
}

/** PCA is a decoder of nothing, with the mean image and components as details. */
export async function pcaCurve(
  psnr: number,
  training: Float32Array,
  images: Float32Array,
  input: InputShape,
  { progress, shares, within }: CurveWork & { readonly within?: number },
): Promise<CodedPoint[]> {
  const inputs = inputSize(input)
  const affordable = Math.max(
    fewestComponents,
    Math.min(mostComponents, Math.floor(componentValues / inputs)),
  )
  const wanted = Math.min(affordable, inputs, Math.floor(training.length / inputs) - 1)
  const details = fitDetails(Float32Array.from(training), inputs, wanted, 1e-6)
  const trial: Trial = {
    images,
    known: [],
    decode: () => Promise.resolve(new Float32Array(0)),
    polish: false,
  }
  const none = { dimensions: 0, count: 0, mean: new Float32Array(0), into: new Float64Array(0) }
  const axes = { ...none, outOf: new Float32Array(0), variance: new Float64Array(0) }
  const start = Math.sqrt((8 * inputs * 10 ** (-psnr / 10)) / 32)
  const at = (step: number): Coordinates => ({ inputs, axes, details, step })
  const { coordinates } = await findStep(at, trial, psnr, { start, least: start / 100, within })
  return curveAround(coordinates, trial, input, { shares, progress })
}

export interface CurveWork {
  /** Of the step of the coordinates. */
  readonly shares: readonly number[]
  readonly progress: () => void
  /** Hears what each step makes of the images. */
  readonly onDrawn?: (drawn: Float32Array) => void
}

/** A point of a curve, whose bytes are of the codes alone. */
export interface CodedPoint extends CurvePoint {
  /** Of what the header of a file says of the numbers of its codes, once for all images. */
  readonly headerBytes: number
}

/** A header has three numbers of a byte each for a number of the codes. */
const headerBytesEach = 3

/** A point for each of several steps. */
export async function curveAround(
  coordinates: Coordinates,
  trial: Trial,
  input: InputShape,
  { shares, progress, onDrawn }: CurveWork,
): Promise<CodedPoint[]> {
  const points: CodedPoint[] = []
  for (const share of shares) {
    const step = coordinates.step * share
    const { rows, psnr, drawn, ...tried } = await tryStep({ ...coordinates, step }, trial)
    const priors = fitPriors(rows, tried.priors.length)
    onDrawn?.(drawn)
    const count = trial.images.length / coordinates.inputs
    points.push({
      setting: step,
      psnr,
      ssim: meanSsim(trial.images, drawn, input),
      bytes: codedBytes(rows, priors) / count,
      headerBytes: headerBytesEach * priors.length,
    })
    progress()
  }
  return points
}

function codedBytes(rows: Int32Array, priors: readonly DimensionPrior[]): number {
  const writer = new RangeWriter()
  const model = new CodeModel(priors)
  const width = priors.length
  for (let at = 0; width > 0 && at < rows.length; at += width)
    model.code(writer, rows.subarray(at, at + width))
  return writer.finish().length
}

/** Mean over images. */
function meanSsim(images: Float32Array, drawn: Float32Array, input: InputShape): number {
  const values = ssimOfImages(images, drawn, input)
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
}
