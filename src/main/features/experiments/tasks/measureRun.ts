import { codeSize, hasCode, inputSize, noiseLevels } from '../../../../shared/modelSpec'
import { clipped } from '../../../engine/imaging/pixelBytes'
import { psnrOfImages } from '../../../engine/imaging/psnr'
import { PrincipalSubspace } from '../../../engine/projection/principalSubspace'
import type { CompiledProgram } from '../../../engine/runtimes/runtime'
import { createCorruptionSource } from '../../../engine/training/corruption'
import { evaluateBatch, inferenceBatch } from '../../../engine/training/evaluation'
import { evenly, someImages } from '../../../engine/training/initialValues'
import { middlePatches } from '../../../engine/training/patchBatches'
import { asFloats, type PixelSource } from '../../../engine/training/pixelSource'
import { splitImages } from '../../../engine/training/splitImages'
import { openDataset } from '../../../store/datasetStore'
import { runFiles } from '../../../store/runStore'
import { loadModel } from '../../../worker/loadModel'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'
import type { MeasuredError, MeasuredRun, MeasureRunParams } from './experimentTasks'

/** Values of the images that PCA is fitted to, and of those that are measured, at most: 128 MB each. */
const mostValues = 32e6
const mostFitted = 10_000

/** What a run's latest and best checkpoints make of the held-out images, and PCA beside them. */
export async function measureRun(
  params: MeasureRunParams,
  context: TaskContext<never>,
): Promise<MeasuredRun> {
  const { run, spec, config, withPca } = params
  const dataset = await openDataset(params.dataset)
  try {
    const whole = pixelSourceOf(dataset)
    const images = config.patches ? middlePatches(whole, spec.input) : whole
    const { train, validation } = splitImages(whole.count, config.validationSplit, config.seed)
    const held = validation.length > 0 ? validation : train
    const rows = evenly(held, Math.max(1, Math.floor(mostValues / inputSize(spec.input))))
    const errorOf = (weights: string) => measured(params, weights, { images, rows }, context)
    const last = await errorOf(runFiles.latest(run))
    const best = await errorOf(runFiles.best(run))
    const pca = withPca && hasCode(spec) ? await pcaOf(params, { images, rows, train }) : null
    return { images: rows.length, last: last.error, best: best.error, pca }
  } finally {
    await dataset.close()
  }
}

interface Measured {
  readonly images: PixelSource
  readonly rows: Uint32Array
}

async function measured(
  params: MeasureRunParams,
  weights: string,
  subject: Measured,
  context: TaskContext<never>,
): Promise<{ error: MeasuredError }> {
  const { spec, noise } = params
  const compiled = await loadModel({ spec, weights }, noise, params)
  const sums = { mse: 0, psnr: 0 }
  try {
    await eachBatch(compiled, params, subject, (clean, output) => {
      throwIfEnding(context)
      addErrors(sums, clean, output, params)
    })
  } finally {
    await compiled.dispose()
  }
  const { length } = subject.rows
  return { error: { mse: sums.mse / (length * inputSize(spec.input)), psnr: sums.psnr / length } }
}

function addErrors(
  sums: { mse: number; psnr: number },
  clean: Float32Array,
  output: Float32Array,
  { spec }: MeasureRunParams,
): void {
  for (let i = 0; i < clean.length; i++) sums.mse += (clean[i]! - output[i]!) ** 2
  for (const psnr of psnrOfImages(clean, clipped(output), spec.input)) sums.psnr += psnr
}

async function eachBatch(
  compiled: CompiledProgram,
  { spec, config, noise }: MeasureRunParams,
  { images, rows }: Measured,
  visit: (clean: Float32Array, output: Float32Array, input: Float32Array) => void,
): Promise<void> {
  const { seed } = config
  const corruption = noise && createCorruptionSource(noise, spec.input, noiseLevels(spec), seed)
  const batch = inferenceBatch(images.rowBytes)
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.subarray(from, from + batch)
    const { pixels, results } = await evaluateBatch(compiled, images, part, from, { corruption, seed })
    visit(asFloats(pixels), results.output!.data as Float32Array, results.input!.data as Float32Array)
  }
}

/** PCA of the training images with as many components as the code has numbers, on what the model sees. */
async function pcaOf(
  params: MeasureRunParams,
  { images, rows, train }: Measured & { readonly train: Uint32Array },
): Promise<MeasuredRun['pca']> {
  const { run, spec, noise } = params
  const inputs = inputSize(spec.input)
  const fitted = await someImages(images, train, Math.min(mostFitted, Math.floor(mostValues / inputs)))
  const components = Math.min(codeSize(spec), inputs, fitted.length / inputs - 1)
  if (components < 1) return null
  const { runtime, device } = chooseRuntime(params)
  const pca = await PrincipalSubspace.fit(runtime, device, fitted, inputs, components)
  const compiled = await loadModel({ spec, weights: runFiles.latest(run) }, noise, params)
  const sums = { mse: 0, psnr: 0 }
  try {
    const seen: [Float32Array, Float32Array][] = []
    await eachBatch(compiled, params, { images, rows }, (clean, _, input) => seen.push([clean, input]))
    for (const [clean, input] of seen) addErrors(sums, clean, await pca.restore(input), params)
  } finally {
    await compiled.dispose()
    await pca.dispose()
  }
  return { components, mse: sums.mse / (rows.length * inputs), psnr: sums.psnr / rows.length }
}
