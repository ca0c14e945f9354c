import { freemem } from 'node:os'
import { modelSpecSchema } from '../../../../shared/modelSpec'
import { ConvolutionalRestorer } from '../../../engine/denoising/convolutionalRestorer'
import { lanesOf } from '../../../engine/denoising/lanes'
import { PixelTiles } from '../../../engine/denoising/pixelTiles'
import { tileFor } from '../../../engine/denoising/tileSize'
import { initializeParameters } from '../../../engine/models/initialize'
import { readParameters } from '../../../worker/loadModel'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { median, randomSquare } from './restoringBench'
import type { RuntimeName } from '../../../../shared/trainingConfig'
import type { ComputeTarget, ModelFiles, ProgressEvent } from '../../../worker/protocol'

/** A convolutional denoiser against DnCNN in the same runtime, on one grey image. */
interface BenchDenoise {
  params: ComputeTarget & { model: ModelFiles; megapixels: number; rounds: number; tile: number | null }
  result: {
    runtime: RuntimeName
    device: string
    megapixelsPerSecond: number
    dncnnMegapixelsPerSecond: number
  }
  event: ProgressEvent
}

/** DnCNN (Zhang et al. 2017) for noise of one strength: 17 layers of 64 channels, batch normalisation folded into them. */
const dncnn = modelSpecSchema.parse({
  input: { height: 64, width: 64, channels: 1 },
  encoder: Array.from({ length: 16 }, () => ({ type: 'conv', filters: 64 })),
  decoder: 'convolution',
  output: { residual: true },
})

/** The speed of a model on one grey image, and beside it that of DnCNN in the same runtime: they take turns. */
export async function benchDenoise(
  { model, megapixels, rounds, tile, ...target }: BenchDenoise['params'],
  context: TaskContext<BenchDenoise['event']>,
): Promise<BenchDenoise['result']> {
  const { runtime, device } = chooseRuntime(target)
  const lanes = lanesOf(runtime, device)
  const image = randomSquare(megapixels)
  const result = new Float32Array(image.data.length)
  const tiles = new PixelTiles(image, result, { planes: 'together', gains: [1] })
  const make = (spec: typeof dncnn, values: Record<string, Float32Array>) =>
    new ConvolutionalRestorer(runtime, spec, values, {
      device,
      ...lanes,
      tile: tile ?? tileFor(spec, freemem(), lanes),
    })
  const restorers = [make(model.spec, await readParameters(model)), make(dncnn, initializeParameters(dncnn))]
  const times: number[][] = restorers.map(() => [])
  try {
    for (let round = 0; round <= rounds; round++)
      for (const [i, restorer] of restorers.entries()) {
        throwIfEnding(context as TaskContext<never>)
        const startedAt = performance.now()
        await restorer.restore(tiles, { sigmas: [25] })
        // The first round compiles.
        if (round > 0) times[i]!.push(performance.now() - startedAt)
        context.emit({ type: 'progress', done: 2 * round + i + 1, total: 2 * (rounds + 1) })
      }
  } finally {
    for (const restorer of restorers) await restorer.dispose()
  }
  const [own, other] = times.map((all) => (image.width * image.height) / 1000 / median(all))
  return { runtime: runtime.name, device, megapixelsPerSecond: own!, dncnnMegapixelsPerSecond: other! }
}
