import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { checkHasCode } from '../../../../shared/checkHasCode'
import { codeSize, inputSize, noiseLevels } from '../../../../shared/modelSpec'
import { createCorruptionSource } from '../../../engine/training/corruption'
import { evaluateBatch, evaluateImages, inferenceBatch } from '../../../engine/training/evaluation'
import { asFloats } from '../../../engine/training/pixelSource'
import type { CompiledProgram } from '../../../engine/runtimes/runtime'
import { type Dataset, openDataset } from '../../../store/datasetStore'
import { loadModel } from '../../../worker/loadModel'
import type { ComputeTarget, ModelFiles, ProgressEvent } from '../../../worker/protocol'
import type { CodesBatch, EvaluateParams, EvaluateResult, ReconstructedBatch } from './modelTasks'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'

interface Tasks {
  evaluate: { params: EvaluateParams; result: EvaluateResult; event: ProgressEvent }
  /** All images of a dataset, as `batch` events in order. */
  reconstruct: { params: EvaluateParams; result: { count: number }; event: ReconstructedBatch }
  /** Codes of all images of a dataset, as `batch` events in order. */
  encode: {
    params: ComputeTarget & { model: ModelFiles; dataset: string }
    result: { count: number; dimensions: number }
    event: CodesBatch
  }
  /** @param codes count × dimensions; gives float32 images, count × inputs */
  decode: {
    params: ComputeTarget & { model: ModelFiles; codes: Float32Array }
    result: { images: Float32Array }
    event: never
  }
}

type Context<T extends keyof Tasks> = TaskContext<Tasks[T]['event']>

export async function evaluate(
  params: EvaluateParams,
  context: Context<'evaluate'>,
): Promise<Tasks['evaluate']['result']> {
  return withModel(params, params.noise, async (compiled, dataset) => {
    const total = dataset.info.count
    const result = await evaluateImages(compiled, pixelSourceOf(dataset), allRows(dataset), {
      ...noiseOf(params),
      shape: params.model.spec.input,
      onProgress: (done) => context.emit({ type: 'progress', done, total }),
      signal: {
        get aborted() {
          return context.requested() !== 'continue'
        },
      },
    })
    throwIfEnding(context as TaskContext<never>)
    return result
  })
}

export async function reconstruct(
  params: EvaluateParams,
  context: Context<'reconstruct'>,
): Promise<{ count: number }> {
  return withModel(params, params.noise, async (compiled, dataset) => {
    const noise = noiseOf(params)
    await eachBatch(dataset, context as TaskContext<never>, async (indices, first) => {
      const { pixels, results } = await evaluateBatch(compiled, pixelSourceOf(dataset), indices, first, noise)
      const input = results.input!.data as Float32Array
      const output = results.output!.data as Float32Array
      const count = indices.length
      context.emit({ type: 'batch', first, count, clean: pixels, input, output }, [
        buffer(input),
        buffer(output),
        buffer(pixels),
      ])
    })
    return { count: dataset.info.count }
  })
}

export async function encode(
  params: Tasks['encode']['params'],
  context: Context<'encode'>,
): Promise<Tasks['encode']['result']> {
  checkHasCode(params.model.spec)
  let dimensions = 0
  const count = await withModel(params, null, async (compiled, dataset) => {
    await eachBatch(dataset, context as TaskContext<never>, async (indices, first) => {
      const pixels = new Uint8Array(indices.length * dataset.rowBytes)
      await dataset.readRows(first, indices.length, pixels)
      const image = asFloats(pixels)
      const { code } = await compiled.run('encode', {
        image: { shape: [indices.length, dataset.rowBytes], data: image },
      })
      const codes = code!.data as Float32Array
      dimensions = codes.length / indices.length
      context.emit({ type: 'batch', first, count: indices.length, codes }, [buffer(codes)])
    })
    return dataset.info.count
  })
  return { count, dimensions }
}

export async function decode(
  { model, codes, ...target }: Tasks['decode']['params'],
  context: Context<'decode'>,
): Promise<{ images: Float32Array }> {
  checkHasCode(model.spec)
  const compiled = await loadModel(model, null, target)
  try {
    const dimensions = codeSize(model.spec)
    const inputs = inputSize(model.spec.input)
    const count = codes.length / dimensions
    const images = new Float32Array(count * inputs)
    const batch = inferenceBatch(inputs)
    for (let first = 0; first < count; first += batch) {
      throwIfEnding(context)
      const part = codes.slice(first * dimensions, (first + batch) * dimensions)
      const { image } = await compiled.run('decode', {
        code: { shape: [part.length / dimensions, dimensions], data: part },
      })
      images.set(image!.data as Float32Array, first * inputs)
    }
    return { images }
  } finally {
    await compiled.dispose()
  }
}

async function withModel<R>(
  { model, dataset: folder, ...target }: ComputeTarget & { model: ModelFiles; dataset: string },
  noise: EvaluateParams['noise'],
  use: (compiled: CompiledProgram, dataset: Dataset) => Promise<R>,
): Promise<R> {
  const dataset = await openDataset(folder)
  try {
    checkDatasetFits(dataset.info, model.spec.input)
    const compiled = await loadModel(model, noise, target)
    try {
      return await use(compiled, dataset)
    } finally {
      await compiled.dispose()
    }
  } finally {
    await dataset.close()
  }
}

async function eachBatch(
  dataset: Dataset,
  context: TaskContext<never>,
  visit: (indices: Uint32Array, first: number) => Promise<void>,
): Promise<void> {
  const rows = allRows(dataset)
  const batch = inferenceBatch(dataset.rowBytes)
  for (let first = 0; first < rows.length; first += batch) {
    context.waitForClient()
    throwIfEnding(context)
    await visit(rows.subarray(first, first + batch), first)
  }
}

function noiseOf({ noise, seed, model }: EvaluateParams) {
  return {
    corruption: noise && createCorruptionSource(noise, model.spec.input, noiseLevels(model.spec), seed),
    seed,
  }
}

function allRows(dataset: Dataset): Uint32Array {
  return Uint32Array.from({ length: dataset.info.count }, (_, i) => i)
}

const buffer = (array: Float32Array | Uint8Array) => array.buffer as ArrayBuffer
