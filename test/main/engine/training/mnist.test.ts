import { beforeAll, expect, it } from 'vitest'
import { parseNoise } from '../../../../src/shared/noise'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { findPreset, specFromPreset } from '../../../../src/main/engine/models/presets'
import { fitPca, type Pca, projectPca, reconstructPca } from '../../../../src/main/engine/projection/pca'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { createTensorflowRuntime } from '../../../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import { createCorruptionSource } from '../../../../src/main/engine/training/corruption'
import { type Evaluation, evaluateImages } from '../../../../src/main/engine/training/evaluation'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import type { MemoryImages } from '../../../support/memoryImages'
import { mnist } from '../../../support/mnist'
import { hasTensorflow } from '../../../support/requirements'
import { type ConfigInput, trainWith, withTrainer } from '../../../support/training'

const { train, heldOut } = mnist()

async function floatsOf(images: MemoryImages): Promise<Float32Array> {
  const pixels = new Uint8Array(images.count * images.rowBytes)
  await images.readRows(0, images.count, pixels)
  return asFloats(pixels)
}

/** TensorFlow is the faster one for networks as large as these; that both come to the same has tests of its own. */
const createRuntime = hasTensorflow() ? createTensorflowRuntime : createOnnxRuntime

let pca: Pca
beforeAll(async () => {
  pca = fitPca(await floatsOf(train), 784, 32)
})

/** Mean squared error of held-out digits through so many principal components of the others. */
async function pcaError(components: number): Promise<number> {
  const x = await floatsOf(heldOut)
  const few = { ...pca, components, axes: pca.axes.subarray(0, components * 784) }
  const y = reconstructPca(few, projectPca(few, x))
  return x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / x.length
}

/** Held-out digits through a preset that was trained as it is meant to be, but for what `change` says. */
async function heldOutThrough(name: string, change: ConfigInput): Promise<Evaluation> {
  const preset = findPreset(name)
  const { spec } = specFromPreset(preset, { height: 28, width: 28, channels: 1 })
  const config = trainingConfigSchema.parse({ ...preset.training, ...change })
  return withTrainer(createRuntime(), spec, config, train, async (trainer) => {
    await trainWith(trainer)
    const corruption = config.noise && createCorruptionSource(config.noise, spec.input, 1, 0)
    const rows = Uint32Array.from({ length: heldOut.count }, (_, i) => i)
    return evaluateImages(trainer.compiled, heldOut, rows, {
      shape: spec.input,
      corruption,
      seed: 0,
      ssimImages: 100,
    })
  })
}

const minutes = 60_000

it('linear-pca comes within 2 % of principal components, as many', { timeout: 5 * minutes }, async () => {
  const { loss } = await heldOutThrough('linear-pca', { epochs: 20 })
  const best = await pcaError(32)
  expect(loss).toBeLessThan(1.02 * best)
  expect(loss).toBeGreaterThan(0.99 * best)
})

it(
  'hinton-784-1000-500-250-30 errs a quarter less than 30 principal components',
  { timeout: 10 * minutes },
  async () => {
    const { loss } = await heldOutThrough('hinton-784-1000-500-250-30', { epochs: 12 })
    const linear = await pcaError(30)
    console.log(`hinton ${loss.toFixed(5)}, PCA ${linear.toFixed(5)}`)
    expect(loss).toBeLessThan(0.75 * linear)
  },
)

it(
  'dense-784-392-196 lifts gaussian:50 by 5.5 dB, also over the clipped input',
  { timeout: 10 * minutes },
  async () => {
    const { psnr, noisyPsnr } = await heldOutThrough('dense-784-392-196', {
      epochs: 20,
      noise: parseNoise('gaussian:50'),
    })
    console.log(`dense ${psnr.toFixed(2)} dB, noisy ${noisyPsnr!.toFixed(2)} dB`)
    expect(psnr - noisyPsnr!).toBeGreaterThan(5.5)
  },
)
