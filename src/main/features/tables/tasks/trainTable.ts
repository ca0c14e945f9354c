import { codeSize } from '../../../../shared/modelSpec'
import { toFeatures } from '../../../engine/tables/tableFeatures'
import { trainTableModel } from '../../../engine/tables/trainTableModel'
import { makeFolder } from '../../../store/makeFolder'
import { chooseRuntime } from '../../../worker/runtimes'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import { readTableInfo, readTableValues, tableFiles } from '../tableFiles'
import { scoresOf, writeTablePca, writeTableWeights } from './tableModelFiles'
import type { TableModel } from '../../../../shared/tables'
import type { TrainTableEvent, TrainTableParams } from './tableTasks'

/** Trains an autoencoder and writes it into the folder of its table. Stopped it leaves nothing. */
interface Train {
  params: TrainTableParams
  result: Omit<TableModel, 'versions' | 'trainedAt'> & { readonly version: string }
  event: TrainTableEvent
}

/** Rows whose scores are looked at, and how many of them are kept. */
const [mostScored, mostKept] = [20_000, 1001]

export async function trainTable(
  { folder, ...params }: Train['params'],
  context: TaskContext<Train['event']>,
): Promise<Train['result']> {
  const startedAt = performance.now()
  const { columns, rows: count } = await readTableInfo(folder)
  const values = await readTableValues(folder)
  const rows = toFeatures(columns, values, true)
  const { runtime, device } = chooseRuntime(params)
  context.emit({
    type: 'started',
    runtime: runtime.name,
    device,
    version: runtime.version,
    rows: count,
    inputs: rows.width,
  })
  const step = () => throwIfEnding(context as TaskContext<never>)
  const { tying, seed } = params
  const trained = await trainTableModel(
    rows,
    columns,
    { ...params, runtime, device },
    { step, epochEnded: (progress) => context.emit({ type: 'epoch', ...progress }) },
  )
  const { spec, values: weights, pca, usual, rounds, ...figures } = trained
  await makeFolder(tableFiles.model(folder))
  await writeTableWeights(folder, spec, weights)
  await writeTablePca(folder, pca)
  const every = Math.max(1, Math.ceil(count / mostScored))
  const some = values.filter((_, at) => Math.floor(at / columns.length) % every === 0)
  const scored = await scoresOf({ runtime, device }, { spec, weights, rounds, columns, usual }, some, step)
  return {
    encoder: spec.encoder,
    tying,
    seed,
    inputs: rows.width,
    codeSize: codeSize(spec),
    rounds,
    usual,
    epochs: figures.epochs,
    parameters: figures.parameters,
    rowsPerSecond: figures.rowsPerSecond,
    validationRows: figures.validationRows,
    measured: figures.measured,
    runtime: runtime.name,
    device,
    version: runtime.version,
    elapsedMs: performance.now() - startedAt,
    scores: evenly(scored.scores.slice().sort(), mostKept),
  }
}

/** At most so many of sorted values, the first and the last among them. */
function evenly(sorted: Float32Array, most: number): number[] {
  if (sorted.length <= most) return [...sorted]
  return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (most - 1))]!)
}
