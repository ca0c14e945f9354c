import { basename, dirname, resolve } from 'node:path'
import { countBelow } from '../../../shared/anomalyFigures'
import type { TableColumn, TableInfo, TableModel } from '../../../shared/tables'
import type { TableFigures } from './tasks/tableTasks'
import type { ComputeClient } from '../../worker/computeClient'
import { FileReplacement } from '../../store/atomicWrite'
import { codeFormatOf, writeCodesNpy } from '../../store/codeFiles'
import { csvLine, writeCodesCsv } from '../../store/csv'
import { checkNames } from '../../store/outputFolder'
import { type MatchedTable, matchTable } from './matchTable'
import { readTableValues, readTrainedTable } from './tableFiles'

export interface TableWork {
  readonly client: ComputeClient
  readonly signal?: AbortSignal | undefined
}

type TrainedInfo = TableInfo & { readonly model: TableModel }

/** Rows of a file, or those that the model was trained on. */
type Rows = Pick<MatchedTable, 'values' | 'absent' | 'rowNames'>

async function rowsFor(folder: string, info: TableInfo, file: string | null, work: TableWork): Promise<Rows> {
  if (file !== null) return matchTable(file, info, { ...(work.signal && { signal: work.signal }) })
  return { values: await readTableValues(folder), absent: [], rowNames: null }
}

export interface TableEvaluation {
  readonly rows: number
  readonly reconstruction: TableFigures
  readonly hidden: TableFigures
  /** Columns of the model that the file lacks. */
  readonly absent: readonly string[]
}

/** How well a model tells the cells of a file, beside PCA of as many numbers and the means of the columns. @throws ExpectedError */
export async function evaluateOnTable(
  { model, file, seed }: { readonly model: string; readonly file: string; readonly seed: number },
  work: TableWork,
): Promise<TableEvaluation> {
  const folder = resolve(model)
  const info = await readTrainedTable(folder)
  const { values, absent } = await rowsFor(folder, info, file, work)
  const { signal } = work
  const figures = await work.client.call('evaluateTable', { folder, values, seed }, { signal })
  return { rows: values.length / info.columns.length, ...figures, absent }
}

export interface OddCell {
  readonly column: string
  readonly value: number | string
  readonly expected: number | string
  /** How far off it is, in units of what is usual for the column. */
  readonly error: number
}

export interface ScoredRow {
  /** From 1, without the header. */
  readonly row: number
  readonly name: string | null
  readonly score: number
  readonly odd: boolean
  /** Of the rows of the training, how many have a lower score. */
  readonly percentile: number
  /** The cells that are furthest off, worst first. */
  readonly cells: readonly OddCell[]
}

export interface TableAnomalies {
  readonly rows: readonly ScoredRow[]
  readonly threshold: number
  readonly absent: readonly string[]
  readonly columns: readonly string[]
  /** rows in the order of the file × columns: errors of all cells; NaN where they are missing. */
  readonly errors: Float32Array
}

const toldCells = 5

/** Rows by how badly they are reconstructed, worst first. @param file null for those of the training @throws ExpectedError */
export async function tableAnomalies(
  {
    model,
    file,
    falseAlarms,
  }: { readonly model: string; readonly file: string | null; readonly falseAlarms: number },
  work: TableWork,
): Promise<TableAnomalies> {
  const folder = resolve(model)
  const info = await readTrainedTable(folder)
  const { columns } = info
  const { values, absent, rowNames } = await rowsFor(folder, info, file, work)
  const { signal } = work
  const { scores, errors, output } = await work.client.call('completeTable', { folder, values }, { signal })
  const threshold = thresholdOf(info, falseAlarms)
  const sorted = info.model.scores
  const rows = Array.from(scores, (score, row): ScoredRow => {
    const at = row * columns.length
    const cells = columns
      .map((column, c) => ({ column, c, error: errors[at + c]! }))
      .filter(({ error }) => !Number.isNaN(error))
      .sort((a, b) => b.error - a.error)
      .slice(0, toldCells)
      .map(({ column, c, error }) => ({
        column: column.name,
        value: shownValue(column, values[at + c]!),
        expected: shownValue(column, output[at + c]!),
        error,
      }))
    const percentile =
      sorted.length === 0 ? 0 : (100 * countBelow(sorted, (one) => one < score)) / sorted.length
    return { row: row + 1, name: rowNames?.[row] ?? null, score, odd: score > threshold, percentile, cells }
  }).sort((a, b) => b.score - a.score)
  return { rows, threshold, absent, columns: columns.map(({ name }) => name), errors }
}

/** Above it are as many rows of the training as false alarms are allowed. */
export function thresholdOf({ model }: TrainedInfo, falseAlarms: number): number {
  const { scores } = model
  const at = Math.min(scores.length - 1, Math.ceil((1 - falseAlarms) * scores.length) - 1)
  return scores[Math.max(0, at)] ?? 0
}

/** As a person reads it: as many digits as the column has, the name of a category. */
export function shownValue({ kind, values, deviation }: TableColumn, value: number): number | string {
  if (kind === 'category') return values[value]?.name ?? ''
  const digits = Math.max(0, Math.min(12, 2 - Math.floor(Math.log10(Math.max(deviation, 1e-12)))))
  return Number(value.toFixed(digits))
}

/** Scores of all rows, worst first, with the error of each cell. @throws ExpectedError */
export async function writeAnomaliesCsv(
  path: string,
  { rows, columns, errors }: TableAnomalies,
): Promise<void> {
  const file = await FileReplacement.open(resolve(path))
  try {
    await file.write(
      csvLine(['row', 'name', 'score', 'odd', 'worst column', ...columns.map((name) => `error of ${name}`)]),
    )
    for (let first = 0; first < rows.length; first += 1000) {
      const lines = rows.slice(first, first + 1000).map(({ row, name, score, odd, cells }) => {
        const own = errors.subarray((row - 1) * columns.length, row * columns.length)
        const told = Array.from(own, (error) => (Number.isNaN(error) ? '' : Number(error.toPrecision(5))))
        return csvLine([
          row,
          name ?? '',
          Number(score.toPrecision(6)),
          odd ? 1 : 0,
          cells[0]?.column ?? '',
          ...told,
        ])
      })
      await file.write(lines.join(''))
    }
    await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/** Writes the code of each row. @throws ExpectedError */
export async function encodeTable(
  { model, file, out, overwrite }: { model: string; file: string; out: string; overwrite: boolean },
  work: TableWork,
): Promise<{ count: number; dimensions: number; absent: readonly string[] }> {
  const format = codeFormatOf(out)
  const path = resolve(out)
  await checkNames(dirname(path), [basename(path)], { overwrite })
  const folder = resolve(model)
  const info = await readTrainedTable(folder)
  const { values, absent, rowNames } = await rowsFor(folder, info, file, work)
  const { signal } = work
  const { codes, codeSize } = await work.client.call('completeTable', { folder, values }, { signal })
  const count = codes.length / codeSize
  const items = Array.from({ length: count }, (_, row) => ({
    path: rowNames?.[row] ?? String(row + 1),
    label: null,
  }))
  if (format === 'csv') await writeCodesCsv(path, codeSize, [{ items, codes }])
  else
    await writeCodesNpy(
      path,
      [count, codeSize],
      (async function* () {
        yield await Promise.resolve({ codes })
      })(),
    )
  return { count, dimensions: codeSize, absent }
}
