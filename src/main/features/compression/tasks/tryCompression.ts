import { checkHasCode } from '../../../../shared/checkHasCode'
import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { inputSize } from '../../../../shared/modelSpec'
import { openDataset } from '../../../store/datasetStore'
import { readParameters } from '../../../worker/loadModel'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { CodecModel } from './codecModel'
import { packedModel, packTensors } from './compress'
import type { CompressionProgress, TriedPoint, TryParams, TryResult } from './compressionTasks'
import { fitCodec } from './fitCodec'
import type { Trial } from './findStep'
import { frameBytes } from './frameBytes'
import { curveAround, pcaCurve } from './measureCompression'
import { type CodecPlan, planCodec } from './planCodec'
import { evenly, knownImages } from './someImages'

/** Of the step at which the model is half a dB from what it reaches: the decoder alone. */
const coarser = [4, 2.4, 1.5, 1]
/** And with details beside it, for what the decoder cannot draw. */
const finer = [0.7, 0.4]
const pcaShares = [0.6, 1, 1.8]
/** Details are fitted to so many images: each is approached by its own way through the decoder, which takes its time. */
const detailImages = 200
/** A try need not be as near as a file, in dB. */
const within = 0.3
/** Parts of the work, as they are told. */
const steps = coarser.length + finer.length + pcaShares.length + 4

/** What images take at several qualities, tried on some of them; and PCA's curve beside it. */
export async function tryCompression(
  params: TryParams,
  context: TaskContext<CompressionProgress>,
): Promise<TryResult> {
  checkHasCode(params.model.spec)
  const dataset = await openDataset(params.dataset)
  try {
    const { input } = params.model.spec
    checkDatasetFits(dataset.info, input)
    let done = 0
    const progress = () => {
      throwIfEnding(context as TaskContext<never>)
      context.emit({ type: 'progress', done: done++, total: steps })
    }
    progress()
    const { images: training, knowsTraining } = await knownImages(params.training, dataset)
    const images = await evenly(dataset, params.images)
    const values = await readParameters(params.model)
    const model = await CodecModel.open(params.model.spec, values, params)
    try {
      const codec = await fitCodec(model, values, training, true)
      progress()
      const modelBytes = packedModel(params.model.spec, codec.weights).length + frameBytes(dataset.info, '')
      const tried = { images, shown: params.shown, modelBytes, input, progress }
      const usual = await planCodec(codec, training, images, { kind: 'auto' }, within)
      progress()
      const points = await pointsOf(usual, coarser, tried)
      const step = usual.coordinates.step * finer[0]!
      const some = training.subarray(0, detailImages * inputSize(input))
      const fine = await planCodec(codec, some, images, { kind: 'step', step, withDetails: true })
      progress()
      points.push(
        ...(await pointsOf(
          fine,
          finer.map((share) => share / finer[0]!),
          tried,
        )),
      )
      const pca = await pcaCurve(usual.psnr, training, images, input, { progress, shares: pcaShares, within })
      const count = images.length / inputSize(input)
      return { images: count, knowsTraining, points, usual: coarser.length - 1, pca }
    } finally {
      await model.dispose()
    }
  } finally {
    await dataset.close()
  }
}

interface Tried {
  readonly images: Float32Array
  readonly shown: number
  readonly modelBytes: number
  readonly input: TryParams['model']['spec']['input']
  readonly progress: () => void
}

async function pointsOf(
  plan: CodecPlan,
  shares: readonly number[],
  { images, shown, modelBytes, input, progress }: Tried,
): Promise<TriedPoint[]> {
  const { codec, coordinates } = plan
  const trial: Trial = {
    images,
    decode: codec.model.decode,
    polish: codec.hasSlopes,
    known: await codec.places(images),
  }
  const drawn: Uint8Array[] = []
  const curve = await curveAround(coordinates, trial, input, {
    shares,
    progress,
    onDrawn: (values) =>
      drawn.push(
        Uint8Array.from(values.subarray(0, shown * inputSize(input)), (value) =>
          Math.round(255 * Math.min(1, Math.max(0, value))),
        ),
      ),
  })
  const fixedBytes = modelBytes + packTensors(plan.tensors).length
  return curve.map(({ headerBytes, ...point }, i) => ({
    ...point,
    fixedBytes: fixedBytes + headerBytes,
    drawn: drawn[i]!,
  }))
}
