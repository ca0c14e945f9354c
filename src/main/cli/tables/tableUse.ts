import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { tableKindOf } from '../../features/tables/tableKind'
import { isTableFolder, readTableInfo } from '../../features/tables/tableFiles'
import { trainOnTable } from '../../features/tables/trainTable'
import {
  encodeTable,
  evaluateOnTable,
  type ScoredRow,
  tableAnomalies,
  type TableWork,
  writeAnomaliesCsv,
} from '../../features/tables/useTable'
import { checkNames } from '../../store/outputFolder'
import type { ColumnErrors, TableFigures } from '../../features/tables/tasks/tableTasks'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { counted, formatAmount } from '../format'
import { absentNote } from './describeTable'
import { settingsOf, tableReporter } from './tableTrain'

/** Does something with the worker, and ends it. */
async function withClient<T>(context: CommandContext, use: (work: TableWork) => Promise<T>): Promise<T> {
  const client = createComputeClient()
  try {
    return await use({ client, signal: context.signal })
  } finally {
    await client.dispose()
  }
}

function oneFile(files: readonly string[], what: string): string {
  if (files.length === 1) return files[0]!
  throw new ExpectedError('bad-usage', `Tables are ${what} one file at a time. Name one file.`)
}

const shownColumns = 30

/** `hourglass evaluate` where the model is one of a table. */
export async function evaluateTable(
  model: string,
  files: readonly string[],
  seed: number,
  context: CommandContext,
): Promise<void> {
  const { output, progress } = context
  const file = oneFile(files, 'measured')
  const { rows, reconstruction, hidden, absent } = await withClient(context, (work) =>
    evaluateOnTable({ model, file, seed }, work),
  )
  absentNote(file, absent).forEach((line) => progress.note(line))
  output.line(counted(rows, 'row'))
  output.line('Reconstruction of rows that are given whole, in units of the columns:')
  table(output, reconstruction)
  output.line('Cells that were hidden by turns and told from the others of their row:')
  table(output, hidden)
  const { model: all } = reconstruction.all
  output.record({
    type: 'done',
    rows,
    rmse: all.rmse,
    mae: all.mae,
    r2: all.r2,
    reconstruction,
    hidden,
    absent,
  })
}

function table(output: CommandContext['output'], { all, columns }: TableFigures): void {
  const width = Math.max(12, ...columns.slice(0, shownColumns).map(({ name }) => name.length))
  const cell = (value: number | null) => (value === null ? '–' : value.toPrecision(4)).padStart(11)
  const line = (name: string, one: { model: ColumnErrors; pca: ColumnErrors; mean: ColumnErrors }) =>
    output.line(
      `  ${name.padEnd(width)}${cell(one.model.rmse)}${cell(one.model.mae)}${cell(one.model.r2)}${cell(one.pca.rmse)}${cell(one.mean.rmse)}`,
    )
  output.line(`  ${''.padEnd(width)}       RMSE        MAE         R²   PCA RMSE  mean RMSE`)
  for (const column of columns.slice(0, shownColumns)) line(column.name, column)
  if (columns.length > shownColumns)
    output.line(`  … and ${counted(columns.length - shownColumns, 'column')} more, with --json all of them.`)
  line('all, scaled', all)
}

/** `hourglass encode` where the model is one of a table. */
export async function encodeRowsOfTable(
  model: string,
  files: readonly string[],
  { out, overwrite }: { readonly out: string; readonly overwrite: boolean },
  context: CommandContext,
): Promise<void> {
  const { output, progress } = context
  const file = oneFile(files, 'encoded')
  const { count, dimensions, absent } = await withClient(context, (work) =>
    encodeTable({ model, file, out, overwrite }, work),
  )
  absentNote(file, absent).forEach((line) => progress.note(line))
  output.line(`${counted(count, 'code')} of ${counted(dimensions, 'number')} in ${out}.`)
  output.record({ type: 'done', out, count, dimensions, files: [out], skipped: [] })
}

export interface TableAnomaliesFlags {
  readonly falseAlarms: number
  readonly out?: string | undefined
  readonly overwrite: boolean
  readonly seed: number
}

const shownRows = 20

/** `hourglass anomalies` of a table: by a model of one, or by one that is trained on it first. */
export async function findOddRows(
  subject: string,
  targets: readonly string[],
  flags: TableAnomaliesFlags,
  context: CommandContext,
): Promise<void> {
  const { out, overwrite, falseAlarms } = flags
  const isFile = out !== undefined && extname(out).toLowerCase() === '.csv'
  const csv = out === undefined ? null : isFile ? out : join(out, 'scores.csv')
  if (csv !== null) await checkNames(dirname(csv), [basename(csv)], { overwrite })
  const file = targets.length === 0 ? null : oneFile(targets, 'looked through')
  await withClient(context, async (work) => {
    const isModel = isTableFolder(subject) && (await readTableInfo(subject)).model !== null
    const scratch =
      isModel || (out !== undefined && !isFile) ? null : await mkdtemp(join(tmpdir(), 'hourglass-'))
    try {
      const run = isModel ? subject : join(scratch ?? out!, 'run')
      if (!isModel) await trainFirst(subject, run, flags, context, work)
      const source =
        file ?? (isModel ? null : (await tableKindOf(subject)) && !isTableFolder(subject) ? subject : null)
      const found = await tableAnomalies({ model: run, file: source, falseAlarms }, work)
      if (source !== null) absentNote(source, found.absent).forEach((line) => context.progress.note(line))
      if (csv !== null) await writeAnomaliesCsv(csv, found)
      tell(context, found.rows, found.threshold, falseAlarms, csv)
    } finally {
      if (scratch !== null) await rm(scratch, { recursive: true, force: true })
    }
  })
}

async function trainFirst(
  source: string,
  run: string,
  { seed, overwrite }: TableAnomaliesFlags,
  context: CommandContext,
  { client, signal }: TableWork,
): Promise<void> {
  const reporter = tableReporter(context)
  try {
    const settings = { ...settingsOf({ seed: Math.max(1, seed) }), source, run, overwrite }
    await trainOnTable(settings, { client, signal, ...reporter.observe })
  } finally {
    reporter.end()
  }
}

function tell(
  { output }: CommandContext,
  rows: readonly ScoredRow[],
  threshold: number,
  falseAlarms: number,
  csv: string | null,
): void {
  for (const row of rows) output.record({ type: 'row', ...row })
  for (const row of rows.filter(({ odd }, i) => odd || i < 5).slice(0, shownRows))
    output.line(rowInWords(row))
  const odd = rows.filter((row) => row.odd).length
  output.line(
    `${formatAmount(odd)} of ${counted(rows.length, 'row')} are odd: their score is above ${threshold.toFixed(3)}, where ${(100 * falseAlarms).toPrecision(2)} % of the rows of the training are.`,
  )
  if (csv !== null) output.line(`The scores of all rows are in ${csv}.`)
  output.record({ type: 'done', count: rows.length, odd, threshold, out: csv })
}

function rowInWords({ row, name, score, odd, cells }: ScoredRow): string {
  const [worst] = cells
  const why = worst ? `: ${worst.column} is ${worst.value}, expected ${worst.expected}` : ''
  return `${score.toFixed(2).padStart(8)}  ${odd ? 'odd  ' : '     '}  row ${row}${name === null || name === String(row) ? '' : ` (${name})`}${why}`
}
