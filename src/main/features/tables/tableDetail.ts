import { readFile } from 'node:fs/promises'
import type { TableDetail, TableFigure, TablePoint, TableSummary } from '../../../shared/api/tables'
import type { RatingsInfo } from '../../../shared/ratings'
import type { TableInfo } from '../../../shared/tables'
import type { LibraryEntry } from '../../base/library'
import { hasCheckpoint } from '../ratings/ratingsCheckpoint'
import { readNames, readRatingsInfo, readTriples } from '../../store/ratingsFiles'
import { isTableFolder, readTableInfo, readTableValues, tableFiles } from './tableFiles'
import { shownValue } from './useTable'

const [shownRows, shownColumns, mostColumns] = [8, 8, 300]

/** One table or one matrix of ratings of the library, damaged or not. @param job of its training, where one waits or runs */
export async function summaryOf({ id, folder }: LibraryEntry, job: string | null): Promise<TableSummary> {
  const kind = isTableFolder(folder) ? 'table' : 'ratings'
  const state = job === null ? 'ready' : 'training'
  try {
    const info = kind === 'table' ? await readTableInfo(folder) : await readRatingsInfo(folder)
    const size =
      info.kind === 'table'
        ? { rows: info.rows, columns: info.columns.length }
        : { rows: info.items, columns: info.users }
    const { name, createdAt } = info
    const canResume = info.kind === 'ratings' && state === 'ready' && hasCheckpoint(folder)
    const isTrained = info.model !== null
    return { id, name, kind, state, job, problem: null, createdAt, ...size, isTrained, canResume }
  } catch (error) {
    const problem = (error as Error).message
    return {
      id,
      name: id,
      kind,
      state: 'damaged',
      job,
      problem,
      createdAt: '',
      rows: 0,
      columns: 0,
      isTrained: false,
      canResume: false,
    }
  }
}

/** Everything that its screen shows. @throws ExpectedError where it is damaged */
export async function detailOf(folder: string, summary: TableSummary): Promise<TableDetail> {
  const curve = await curveOf(folder)
  return summary.kind === 'table'
    ? tableDetail(folder, await readTableInfo(folder), summary, curve)
    : ratingsDetail(folder, await readRatingsInfo(folder), summary, curve)
}

async function tableDetail(
  folder: string,
  { columns, leftOut, missing, model, source }: TableInfo,
  summary: TableSummary,
  curve: readonly TablePoint[],
): Promise<TableDetail> {
  const values = await readTableValues(folder)
  const shown = columns.slice(0, shownColumns)
  const rows = Array.from({ length: Math.min(shownRows, summary.rows) }, (_, row) =>
    shown.map((column, c) => {
      const value = values[row * columns.length + c]!
      return Number.isNaN(value) ? '' : String(shownValue(column, value))
    }),
  )
  const figure = (name: 'mean' | 'pca' | 'model'): TableFigure => {
    const { reconstruction, hidden } = model!.measured![name]
    return { name, reconstruction: reconstruction.rmse, hidden: hidden.rmse }
  }
  return {
    summary,
    missing,
    leftOut,
    curve,
    ratings: null,
    summaries: source.summaries ?? [],
    columnList: columns
      .slice(0, mostColumns)
      .map(({ name, kind, missing: gaps, mean, deviation, min, max, unit, missingCode }) => ({
        name,
        kind,
        missing: gaps,
        mean,
        deviation,
        min,
        max,
        unit,
        missingCode,
      })),
    preview: [shown.map(({ name }) => name), ...rows],
    figures: model?.measured ? [figure('mean'), figure('pca'), figure('model')] : [],
    codeSize: model?.codeSize ?? null,
    elapsedMs: model?.elapsedMs ?? null,
    ratingsPerSecond: null,
  }
}

async function ratingsDetail(
  folder: string,
  { users, items, ratings, range, histogram, model }: RatingsInfo,
  summary: TableSummary,
  curve: readonly TablePoint[],
): Promise<TableDetail> {
  const names = await readNames(folder)
  const triples = await readTriples(folder)
  const [shownUsers, shownItems] = [names.users.slice(0, shownRows), names.items.slice(0, shownColumns)]
  const cells = shownUsers.map(() => shownItems.map(() => ''))
  for (let k = 0; k < triples.values.length; k++) {
    const [user, item] = [triples.users[k]!, triples.items[k]!]
    if (user < shownUsers.length && item < shownItems.length)
      cells[user]![item] = String(Number(triples.values[k]!.toFixed(2)))
  }
  const measured = model?.measured
  const hidden = (name: string, rmse: number): TableFigure => ({ name, reconstruction: null, hidden: rmse })
  return {
    summary,
    curve,
    leftOut: [],
    summaries: [],
    columnList: [],
    missing: users * items - ratings,
    preview: [['', ...shownItems], ...cells.map((row, user) => [shownUsers[user]!, ...row])],
    ratings: { count: ratings, ...range, histogram },
    figures: measured
      ? [
          hidden('mean', measured.baselines.mean.rmse),
          hidden('bias', measured.baselines.bias.rmse),
          hidden('factorization', measured.baselines.factorization.rmse),
          hidden('model', measured.rmse),
        ]
      : [],
    codeSize: null,
    elapsedMs: model?.elapsedMs ?? null,
    ratingsPerSecond: model?.valuesPerSecond ?? null,
  }
}

/** The errors of its training, from its log; empty where there is none, or it is unsound. */
async function curveOf(folder: string): Promise<TablePoint[]> {
  const text = await readFile(tableFiles.log(folder), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line): TablePoint[] => {
    if (line === '') return []
    try {
      const { stage, side, epoch, hidden, rmse } = JSON.parse(line) as Record<string, unknown>
      const error = hidden ?? rmse
      const series = side ?? stage
      if (typeof error !== 'number' || typeof epoch !== 'number' || typeof series !== 'string') return []
      return [{ series, epoch, error }]
    } catch {
      return [] // A line that was cut off, as when the machine went down.
    }
  })
}
