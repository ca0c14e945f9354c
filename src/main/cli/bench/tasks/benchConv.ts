import { countTrained, inputSize, modelSpecSchema } from '../../../../shared/modelSpec'
import { trainingConfigSchema } from '../../../../shared/trainingConfig'
import { ConvolutionalRestorer } from '../../../engine/denoising/convolutionalRestorer'
import { lanesOf } from '../../../engine/denoising/lanes'
import { type PixelImage, PixelTiles } from '../../../engine/denoising/pixelTiles'
import type { Restorer } from '../../../engine/denoising/restorer'
import { restorer } from '../../../engine/models/presets'
import { Trainer } from '../../../engine/training/trainer'
import type { ConvBenchParams, ConvBenchResult } from './benchTasks'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { randomImages } from '../../../features/training/tasks/randomImages'
import { median, randomSquare } from './restoringBench'
import type { ProgressEvent } from '../../../worker/protocol'

const batchesPerEpoch = 64

/** The speed of training a restorer as runs have it, noise and feeding included, and of restoring one image with it. */
export async function benchConv(
  params: ConvBenchParams,
  context: TaskContext<ProgressEvent>,
): Promise<ConvBenchResult> {
  const { runtime, device } = chooseRuntime(params)
  const { channels, layers, patch, batch, steps, rounds, megapixels } = params
  const input = { height: patch, width: patch, channels: 1 } as const
  const spec = modelSpecSchema.parse({ ...restorer(channels, layers), input, loss: 'mse' })
  const config = trainingConfigSchema.parse({
    epochs: 1_000_000,
    batchSize: batch,
    validationSplit: 0,
    noise: { kind: 'gaussian', min: 25, max: 25 },
  })
  const report = (done: number) => {
    throwIfEnding(context as TaskContext<never>)
    context.emit({ type: 'progress', done, total: 2 * rounds })
  }
  const source = randomImages(inputSize(input), batch * batchesPerEpoch)
  const trainer = await Trainer.create(runtime, device, spec, config, source)
  const times: number[] = []
  let values: Record<string, Float32Array>
  try {
    await trainer.trainSteps(steps)
    for (let round = 0; round < rounds; round++) {
      times.push((await trainer.trainSteps(steps)).ms)
      report(round + 1)
    }
    values = await trainer.values()
  } finally {
    await trainer.dispose()
  }
  const image = randomSquare(megapixels)
  const lanes = lanesOf(runtime, device)
  const made = new ConvolutionalRestorer(runtime, spec, values, { device, ...lanes, tile: image.width })
  const restoring = await restoringTimes(made, image, rounds, (done) => report(rounds + done))
  const ms = median(times)
  return {
    runtime: runtime.name,
    device,
    patchesPerSecond: batch / (ms / 1000),
    megapixelsPerSecond: (image.width * image.height) / 1e6 / (median(restoring) / 1000),
    msPerStep: ms,
    parameters: countTrained(spec),
  }
}

async function restoringTimes(
  made: Restorer,
  image: PixelImage,
  rounds: number,
  report: (done: number) => void,
): Promise<number[]> {
  const times: number[] = []
  const result = new Float32Array(image.data.length)
  const tiles = new PixelTiles(image, result, { planes: 'together', gains: [1] })
  const restore = () => made.restore(tiles, { sigmas: [25] })
  try {
    await restore()
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      await restore()
      times.push(performance.now() - startedAt)
      report(round + 1)
    }
    return times
  } finally {
    await made.dispose()
  }
}
