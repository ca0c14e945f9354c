import { existsSync, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CancelledError } from '../../../../shared/errors'
import { codeSize, hasCode, type InputShape, inputSize, noiseLevels } from '../../../../shared/modelSpec'
import { asBytes } from '../../../engine/imaging/pixelBytes'
import type { CompiledProgram } from '../../../engine/runtimes/runtime'
import { inferenceBatch } from '../../../engine/training/evaluation'
import { isOnWholeImages } from '../../../engine/training/imageCorruption'
import { asFloats } from '../../../engine/training/pixelSource'
import { openDataset } from '../../../store/datasetStore'
import { corruptImages } from './corruptImages'
import { loadModel } from '../../../worker/loadModel'
import type { ComputeTarget, ModelFiles } from '../../../worker/protocol'
import type { TaskContext } from '../../../worker/taskContext'
import type { NoiseSpec } from '../../../../shared/noise'
import type { TriedImage } from './modelTasks'

interface Tasks {
  /** @param pixels count × height × width × channels bytes; gives them corrupted, clipped and rounded */
  corrupt: {
    params: { pixels: Uint8Array; shape: InputShape; noise: NoiseSpec; seed: number }
    result: { pixels: Uint8Array }
    event: never
  }
  /** One image through a model, which stays loaded for the next. */
  tryImage: {
    params: ComputeTarget & { model: ModelFiles; pixels: Uint8Array; noise: NoiseSpec | null; seed: number }
    result: TriedImage
    event: never
  }
  /** Codes through a model, which stays loaded for the next: float32 images, not clipped. */
  tryCode: {
    params: ComputeTarget & { model: ModelFiles; code: Float32Array }
    result: { image: Float32Array }
    event: never
  }
  /** The range of each dimension of the code over at most `images` images, spread over a dataset. */
  codeRange: {
    params: ComputeTarget & { model: ModelFiles; dataset: string; images: number }
    result: { min: Float32Array; max: Float32Array }
    event: never
  }
}

/** The models that were tried last stay loaded, so that a moved slider shows at once what it does. */
const loaded = new Map<string, CompiledProgram>()
const capacity = 2

export async function corrupt({
  pixels,
  shape,
  noise,
  seed,
}: Tasks['corrupt']['params']): Promise<{ pixels: Uint8Array }> {
  return { pixels: asBytes((await corruptImages(pixels, shape, noise, seed)).values) }
}

export async function tryImage({
  model,
  pixels,
  noise,
  seed,
  ...target
}: Tasks['tryImage']['params']): Promise<Tasks['tryImage']['result']> {
  const compiled = await keptModel(model, target)
  const inputs = inputSize(model.spec.input)
  const corrupted = noise && (await corruptImages(pixels, model.spec.input, noise, seed))
  const input = corrupted ? corrupted.values : asFloats(pixels)
  const image = { shape: [1, inputs], data: input }
  if (!hasCode(model.spec)) {
    const isTold =
      noise !== null && (isOnWholeImages(noise) || noise.kind === 'gaussian' || noise.kind === 'camera')
    const levels = noiseLevels(model.spec) || 1
    const data = new Float32Array(levels).fill(isTold ? corrupted!.strength[0]! : 0)
    const feeds = { image, sigma: { shape: [1, levels], data } }
    const { output } = await compiled.run('reconstruct', feeds)
    return { input, code: new Float32Array(0), output: Float32Array.from(output!.data as Float32Array) }
  }
  const { code } = await compiled.run('encode', { image })
  const values = Float32Array.from(code!.data as Float32Array)
  return { input, code: values, output: await decoded(compiled, values, values.length) }
}

export async function tryCode({
  model,
  code,
  ...target
}: Tasks['tryCode']['params']): Promise<{ image: Float32Array }> {
  return { image: await decoded(await keptModel(model, target), code, codeSize(model.spec)) }
}

export async function codeRange(
  { model, dataset: folder, images, ...target }: Tasks['codeRange']['params'],
  context: TaskContext<never>,
): Promise<Tasks['codeRange']['result']> {
  if (!hasCode(model.spec)) return { min: new Float32Array(0), max: new Float32Array(0) }
  const compiled = await keptModel(model, target)
  const dimensions = codeSize(model.spec)
  const min = new Float32Array(dimensions).fill(Infinity)
  const max = new Float32Array(dimensions).fill(-Infinity)
  const dataset = await openDataset(folder)
  try {
    const { count } = dataset.info
    const batch = inferenceBatch(dataset.rowBytes)
    const stretches = Math.max(1, Math.ceil(Math.min(images, count) / batch))
    const pixels = new Uint8Array(Math.min(batch, count) * dataset.rowBytes)
    for (let i = 0; i < stretches && context.requested() === 'continue'; i++) {
      const rows = pixels.length / dataset.rowBytes
      await dataset.readRows(Math.floor((i * (count - rows)) / stretches), rows, pixels)
      const shape = [rows, dataset.rowBytes]
      const { code } = await compiled.run('encode', { image: { shape, data: asFloats(pixels) } })
      const values = code!.data as Float32Array
      values.forEach((value, at) => {
        const dimension = at % dimensions
        if (value < min[dimension]!) min[dimension] = value
        if (value > max[dimension]!) max[dimension] = value
      })
    }
  } finally {
    await dataset.close()
  }
  return { min, max }
}

async function decoded(
  compiled: CompiledProgram,
  codes: Float32Array,
  dimensions: number,
): Promise<Float32Array> {
  const shape = [codes.length / dimensions, dimensions]
  const { image } = await compiled.run('decode', { code: { shape, data: codes } })
  return Float32Array.from(image!.data as Float32Array)
}

/** @throws CancelledError where the model was removed with its folder: nobody waits for the answer any more */
async function statsOf(weights: string): Promise<Stats> {
  try {
    return await stat(weights)
  } catch (error) {
    if (existsSync(dirname(weights))) throw error
    throw new CancelledError('The model was removed meanwhile.')
  }
}

/** A model whose weights have changed meanwhile, as those of a run that trains, is loaded again. */
export async function keptModel(model: ModelFiles, target: ComputeTarget): Promise<CompiledProgram> {
  const { mtimeMs, size } = await statsOf(model.weights)
  const key = JSON.stringify([model.weights, mtimeMs, size, target.runtime, target.device])
  const kept = loaded.get(key)
  if (kept) {
    loaded.delete(key)
    loaded.set(key, kept)
    return kept
  }
  const compiled = await loadModel(model, null, target)
  loaded.set(key, compiled)
  for (const [old, program] of [...loaded].slice(0, Math.max(0, loaded.size - capacity))) {
    await program.dispose()
    loaded.delete(old)
  }
  return compiled
}
