import type { TableColumn } from '../../../../shared/tables'
import { explicitWeights } from '../../../engine/models/weights'
import { storedWeights } from '../../../engine/exporters/precision'
import { authorOnnxModel } from '../../../engine/runtimes/onnx/onnxModel'
import { columnOfFeature, firstFeatures, hideFold } from '../../../engine/tables/hiddenCells'
import { reconstructWithPca } from '../../../engine/tables/iterativePca'
import { featureNames, featureScales, fromFeatures, toFeatures } from '../../../engine/tables/tableFeatures'
import { portableTable } from '../../../engine/tables/tableProgram'
import { TableReader } from '../../../engine/tables/tableReader'
import { writePieces } from '../../../store/writePieces'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { ColumnSums, figuresOf } from './tableFigures'
import { openTable, scoresOf } from './tableModelFiles'
import type { ModelRows, TableFigures } from './tableTasks'

interface Evaluate {
  params: ModelRows & { readonly seed: number }
  result: { readonly reconstruction: TableFigures; readonly hidden: TableFigures }
  event: never
}

/** Each known cell is hidden once, a fifth of them at a time. */
const folds = 5

export async function evaluateTable(
  { folder, values, seed }: Evaluate['params'],
  context: TaskContext<Evaluate['event']>,
): Promise<Evaluate['result']> {
  const { info, spec, weights, pca } = await openTable(folder)
  const { columns, model } = info
  const step = () => throwIfEnding(context)
  const rows = toFeatures(columns, values)
  const reader = await TableReader.open(chooseRuntime({}), spec, weights, model.rounds)
  try {
    const told = (output: Float32Array) => fromFeatures(columns, { ...rows, values: output })
    const nothing = told(new Float32Array(rows.values.length))
    const whole = sums(columns)
    const { output } = await reader.complete(rows, undefined, step)
    const byPca = told(reconstructWithPca(pca, rows))
    addAll(whole, values, { model: told(output), pca: byPca, mean: nothing }, () => true)
    const hidden = sums(columns)
    const features = columnOfFeature(columns)
    const firsts = firstFeatures(columns)
    for (let fold = 0; fold < folds; fold++) {
      const { visible, shown } = hideFold(rows, features, { fold, folds, seed })
      const { output: made } = await reader.complete(shown, visible, step)
      const others = { model: told(made), pca: told(reconstructWithPca(pca, shown)), mean: nothing }
      const isHidden = (row: number, c: number) => visible[row * rows.width + firsts[c]!] === 0
      addAll(hidden, values, others, isHidden)
    }
    return { reconstruction: tell(columns, whole), hidden: tell(columns, hidden) }
  } finally {
    await reader.dispose()
  }
}

const sums = (columns: readonly TableColumn[]) => ({
  model: columns.map((column) => new ColumnSums(column)),
  pca: columns.map((column) => new ColumnSums(column)),
  mean: columns.map((column) => new ColumnSums(column)),
})

type Sums = ReturnType<typeof sums>

function addAll(
  to: Sums,
  values: Float64Array,
  made: Record<keyof Sums, Float64Array>,
  counts: (row: number, column: number) => boolean,
): void {
  const width = to.model.length
  for (let at = 0; at < values.length; at++) {
    const c = at % width
    if (Number.isNaN(values[at]!) || !counts(Math.floor(at / width), c)) continue
    for (const name of ['model', 'pca', 'mean'] as const) to[name][c]!.add(values[at]!, made[name][at]!)
  }
}

function tell(columns: readonly TableColumn[], { model, pca, mean }: Sums): TableFigures {
  return {
    all: { model: figuresOf(model), pca: figuresOf(pca), mean: figuresOf(mean) },
    columns: columns.map(({ name }, c) => ({
      name,
      count: model[c]!.count,
      model: model[c]!.figures,
      pca: pca[c]!.figures,
      mean: mean[c]!.figures,
    })),
  }
}

/** What the model makes of rows. */
interface Complete {
  params: ModelRows
  result: {
    /** rows × columns, in units of the columns; of a category the place of its value. */
    readonly output: Float64Array
    readonly codes: Float32Array
    readonly codeSize: number
    /** Of each row: how far off it is, in units of what is usual. */
    readonly scores: Float32Array
    /** rows × columns, of each cell the same; NaN where it is missing. */
    readonly errors: Float32Array
  }
  event: never
}

export async function completeTable(
  { folder, values }: Complete['params'],
  context: TaskContext<Complete['event']>,
): Promise<Complete['result']> {
  const { info, spec, weights } = await openTable(folder)
  const { columns, model } = info
  const { rounds, usual, codeSize } = model
  const scoring = { spec, weights, rounds, columns, usual }
  const made = await scoresOf(chooseRuntime({}), scoring, values, () => throwIfEnding(context))
  return { ...made, codeSize }
}

/** The model as ONNX, for columns in their own units. */
interface Export {
  params: {
    readonly folder: string
    readonly file: string
    readonly about: Readonly<Record<string, string>>
  }
  result: { readonly bytes: number; readonly inputs: readonly string[] }
  event: never
}

export async function exportTable({ folder, file, about }: Export['params']): Promise<Export['result']> {
  const { info, spec, weights } = await openTable(folder)
  const { columns, model } = info
  const { fn } = portableTable(spec, model.rounds, featureScales(columns))
  const stored = storedWeights(explicitWeights(spec, weights), 'float32')
  const inputs = featureNames(columns)
  const { pieces } = authorOnnxModel(fn, {
    constants: ({ name }) => stored[name]!.stored,
    metadata: { ...about, columns: JSON.stringify(inputs) },
  })
  return { bytes: await writePieces(file, pieces), inputs }
}
