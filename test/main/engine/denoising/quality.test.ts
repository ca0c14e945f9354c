import { expect, test } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { ConvolutionalRestorer } from '../../../../src/main/engine/denoising/convolutionalRestorer'
import { clipped } from '../../../../src/main/engine/imaging/pixelBytes'
import { psnrOfImages } from '../../../../src/main/engine/imaging/psnr'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { createTensorflowRuntime } from '../../../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import { restorer } from '../../../../src/main/engine/models/presets'
import { Trainer } from '../../../../src/main/engine/training/trainer'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import { randomStream } from '../../../../src/main/engine/training/random'
import { restoreFloats } from '../../../support/restoring'
import { memoryImages } from '../../../support/memoryImages'
import { hasTensorflow } from '../../../support/requirements'
import { trainWith } from '../../../support/training'

const side = 64

/** Discs and stripes of many greys, soft shades between them: what a photograph has, in small. */
function pictures(count: number, seed: number): Uint8Array {
  const random = randomStream(seed)
  const pixels = new Uint8Array(count * side * side)
  for (let image = 0; image < count; image++) {
    const values = new Float32Array(side * side)
    const [slopeX, slopeY, base] = [random.uniform(), random.uniform(), 60 * random.uniform()]
    for (let i = 0; i < values.length; i++)
      values[i] = base + slopeX * (i % side) + slopeY * Math.floor(i / side)
    for (let shape = 0; shape < 9; shape++) {
      const [x, y, size] = [side * random.uniform(), side * random.uniform(), 4 + 16 * random.uniform()]
      const [grey, stripes] = [255 * random.uniform(), random.below(3) === 0]
      for (let i = 0; i < values.length; i++) {
        const [dx, dy] = [(i % side) - x, Math.floor(i / side) - y]
        if (Math.hypot(dx, dy) > size || (stripes && Math.abs(dx + dy) % 7 < 3)) continue
        values[i] = grey
      }
    }
    for (let i = 0; i < values.length; i++)
      pixels[image * values.length + i] = Math.round(Math.min(255, values[i]!))
  }
  return pixels
}

/** That both runtimes come to the same has tests of its own. */
const createRuntime = hasTensorflow() ? createTensorflowRuntime : createOnnxRuntime

test(
  'a small denoiser, trained for some seconds, takes 5 dB of noise out of pictures that it has not seen',
  { timeout: 120_000 },
  async () => {
    const runtime = createRuntime()
    const spec = modelSpecSchema.parse({ ...restorer(24, 5), input: { height: 32, width: 32, channels: 1 } })
    const config = trainingConfigSchema.parse({
      epochs: 8,
      batchSize: 16,
      optimizer: { learningRate: 0.003 },
      schedule: { name: 'cosine', hold: 0.5 },
      noise: { kind: 'gaussian', min: 0, max: 55 },
      patches: { perImage: 32 },
      averageDecay: 0.99,
      validationSplit: 0.1,
    })
    const source = {
      ...memoryImages(pictures(48, 1), side * side),
      shape: { height: side, width: side, channels: 1 } as const,
    }
    const trainer = await Trainer.create(runtime, 'cpu', spec, config, source)
    let values: Record<string, Float32Array>
    try {
      const { metrics } = await trainWith(trainer)
      expect(metrics.at(-1)!.psnr).toBeGreaterThan(metrics[0]!.psnr!)
      values = await trainer.values()
    } finally {
      await trainer.dispose()
    }
    const made = new ConvolutionalRestorer(runtime, spec, values, { lanes: 1, batch: 1, tile: side })
    try {
      const shape = { height: side, width: side, channels: 1 } as const
      const random = randomStream(9)
      const gains: number[] = []
      for (let image = 0; image < 6; image++) {
        const clean = asFloats(pictures(6, 2).subarray(image * side * side, (image + 1) * side * side))
        const noisy = clean.map((value) => value + (random.normal() * 25) / 255)
        const { data } = await restoreFloats(made, { ...shape, data: noisy }, 25)
        const [after, before] = [clipped(data), clipped(noisy)].map(
          (one) => psnrOfImages(clean, one, shape)[0]!,
        )
        gains.push(after! - before!)
      }
      expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(5)
    } finally {
      await made.dispose()
    }
  },
)
