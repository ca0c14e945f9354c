import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { codeSize } from '../../../../shared/modelSpec'
import { codeStatistics } from '../../../engine/latent/statistics'
import type { CompiledProgram } from '../../../engine/runtimes/runtime'
import { inferenceBatch } from '../../../engine/training/evaluation'
import { asFloats, readImages } from '../../../engine/training/pixelSource'
import { openDataset } from '../../../store/datasetStore'
import { loadModel } from '../../../worker/loadModel'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { pixelSourceOf } from '../../datasets/tasks/pixelSource'
import type { CodeStatistics } from '../../../../shared/api/latent'
import type { SurveyParams } from './latentTasks'
import type { ProgressEvent } from '../../../worker/protocol'

interface Survey {
  params: SurveyParams
  result: CodeStatistics & { broken: number }
  event: ProgressEvent
}

/** Codes of the images of some datasets, and how well each is drawn again from its code. */
export async function surveyCodes(
  params: Survey['params'],
  context: TaskContext<Survey['event']>,
): Promise<Survey['result']> {
  const { model, datasets, ...target } = params
  const total = datasets.reduce((sum, { taken }) => sum + taken, 0)
  const compiled = await loadModel(model, null, target)
  try {
    let first = 0
    for (const { folder, taken } of datasets) {
      await surveyDataset(compiled, folder, taken, first, params, (done) => {
        throwIfEnding(context as TaskContext<never>)
        context.emit({ type: 'progress', done: first + done, total })
      })
      first += taken
    }
  } finally {
    await compiled.dispose()
  }
  return codeStatistics(params.codes, codeSize(model.spec))
}

async function surveyDataset(
  compiled: CompiledProgram,
  folder: string,
  taken: number,
  first: number,
  { model, codes, errors, brightness }: Survey['params'],
  onProgress: (done: number) => void,
): Promise<void> {
  const dataset = await openDataset(folder)
  try {
    checkDatasetFits(dataset.info, model.spec.input)
    const { rowBytes } = dataset
    const source = pixelSourceOf(dataset)
    const batch = inferenceBatch(rowBytes)
    for (let from = 0; from < taken; from += batch) {
      const count = Math.min(batch, taken - from)
      const rows = Uint32Array.from({ length: count }, (_, i) =>
        rowOfPoint(from + i, taken, dataset.info.count),
      )
      const pixels = new Uint8Array(count * rowBytes)
      await readImages(source, rows, pixels)
      const image = asFloats(pixels)
      const { code } = await compiled.run('encode', { image: { shape: [count, rowBytes], data: image } })
      const values = code!.data as Float32Array
      const dimensions = values.length / count
      codes.set(values, (first + from) * dimensions)
      const { image: drawn } = await compiled.run('decode', {
        code: { shape: [count, dimensions], data: values },
      })
      for (let i = 0; i < count; i++) {
        const at = i * rowBytes
        const [error, mean] = compare(image, drawn!.data as Float32Array, at, rowBytes)
        errors[first + from + i] = error
        brightness[first + from + i] = mean
      }
      onProgress(from + count)
    }
  } finally {
    await dataset.close()
  }
}

/** The row that a point of a dataset stands for, where `taken` of its images are spread evenly. */
export const rowOfPoint = (point: number, taken: number, count: number): number =>
  taken === count ? point : Math.floor((point * count) / taken)

function compare(image: Float32Array, drawn: Float32Array, at: number, length: number): [number, number] {
  let [squares, sum] = [0, 0]
  for (let i = at; i < at + length; i++) {
    const difference = image[i]! - drawn[i]!
    squares += difference * difference
    sum += image[i]!
  }
  return [squares / length, sum / length]
}
