import { ExpectedError } from '../../../../shared/errors'
import type { ModelSpec } from '../../../../shared/modelSpec'
import { sentence } from '../../../../shared/texts/sentence'
import type { TableColumn, TableInfo, TableModel } from '../../../../shared/tables'
import { parametersOf } from '../../../engine/models/autoencoder'
import type { Runtime } from '../../../engine/runtimes/runtime'
import type { TablePca } from '../../../engine/tables/iterativePca'
import { fromFeatures, squaresByColumn, toFeatures } from '../../../engine/tables/tableFeatures'
import { TableReader } from '../../../engine/tables/tableReader'
import { readSafetensors, writeSafetensors } from '../../../store/safetensors'
import { readTrainedTable, specOfTable, tableFiles } from '../tableFiles'

export async function writeTableWeights(
  folder: string,
  spec: ModelSpec,
  values: Readonly<Record<string, Float32Array>>,
): Promise<void> {
  const tensors = Object.fromEntries(
    parametersOf(spec).trained.map(({ name, shape }) => [
      name,
      { dtype: 'F32' as const, shape: [...shape], data: values[name]! },
    ]),
  )
  await writeSafetensors(tableFiles.weights(folder), { tensors, metadata: { format: 'hourglass-model-1' } })
}

export async function writeTablePca(folder: string, { mean, axes }: TablePca): Promise<void> {
  const all = new Float32Array(axes.length * mean.length)
  axes.forEach((axis, k) => all.set(axis, k * mean.length))
  await writeSafetensors(tableFiles.pca(folder), {
    tensors: {
      mean: { dtype: 'F32', shape: [mean.length], data: mean },
      axes: { dtype: 'F32', shape: [axes.length, mean.length], data: all },
    },
    metadata: { format: 'hourglass-pca-1' },
  })
}

/** All that using a model takes. */
export interface OpenTable {
  readonly info: TableInfo & { readonly model: TableModel }
  readonly spec: ModelSpec
  readonly weights: Readonly<Record<string, Float32Array>>
  readonly pca: TablePca
}

/** @throws ExpectedError where nothing was trained, or a file is damaged */
export async function openTable(folder: string): Promise<OpenTable> {
  const info = await readTrainedTable(folder)
  const spec = specOfTable(info.model)
  const weights = await floatsOf(tableFiles.weights(folder), folder)
  for (const { name, shape } of parametersOf(spec).trained)
    if (weights[name]?.length !== shape.reduce((size, n) => size * n, 1)) throw damaged(folder, name)
  const { mean, axes } = await floatsOf(tableFiles.pca(folder), folder)
  const { inputs } = info.model
  if (mean?.length !== inputs || !axes || axes.length % inputs !== 0) throw damaged(folder, 'pca')
  const split = Array.from({ length: axes.length / inputs }, (_, k) =>
    axes.subarray(k * inputs, (k + 1) * inputs),
  )
  return { info, spec, weights, pca: { mean, axes: split } }
}

async function floatsOf(path: string, folder: string): Promise<Record<string, Float32Array>> {
  const { tensors } = await readSafetensors(path)
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      if (tensor.dtype !== 'F32') throw damaged(folder, name)
      return [name, tensor.data]
    }),
  )
}

const damaged = (folder: string, name: string) =>
  new ExpectedError('bad-input', sentence('ratings.modelDamagedNotShould', { folder, name }))

export interface ScoringModel {
  readonly spec: ModelSpec
  readonly weights: Readonly<Record<string, Float32Array>>
  readonly rounds: number
  readonly columns: readonly TableColumn[]
  /** Of each column, what its reconstruction is usually off by. */
  readonly usual: readonly number[]
}

/**
 * What a model makes of rows, and how far off it is: of a cell the error divided by what is usual for its column, of a row the root
 * mean square of those.
 */
export async function scoresOf(
  target: { readonly runtime: Runtime; readonly device: string },
  { spec, weights, rounds, columns, usual }: ScoringModel,
  values: Float64Array,
  step: () => void,
): Promise<{ output: Float64Array; codes: Float32Array; scores: Float32Array; errors: Float32Array }> {
  const rows = toFeatures(columns, values)
  const reader = await TableReader.open(target, spec, weights, rounds)
  try {
    const { output, codes } = await reader.complete(rows, undefined, step)
    const errors = squaresByColumn(columns, rows, output).map(
      (square, at) => Math.sqrt(square) / usual[at % columns.length]!,
    )
    const scores = new Float32Array(rows.rows)
    for (let row = 0; row < rows.rows; row++) {
      let [sum, count] = [0, 0]
      for (let c = 0; c < columns.length; c++) {
        const error = errors[row * columns.length + c]!
        if (Number.isNaN(error)) continue
        sum += error * error
        count++
      }
      scores[row] = Math.sqrt(sum / Math.max(1, count))
    }
    return { output: fromFeatures(columns, { ...rows, values: output }), codes, scores, errors }
  } finally {
    await reader.dispose()
  }
}
