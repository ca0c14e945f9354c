import { basename, extname, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableInfo } from '../../../shared/tables'
import { type ColumnChoice, describeColumns, valuesOf } from './describeColumns'
import { readTable } from './readTable'
import type { RecordOptions } from '../../store/textRecords'
import {
  checkTableFolder,
  clearTableFolder,
  isTableFolder,
  readTableInfo,
  readTableValues,
  writeTableInfo,
  writeTableValues,
} from './tableFiles'
import type { ReadTable } from './tableInMemory'

export interface ImportTableRequest extends ColumnChoice {
  readonly source: string
  readonly out: string
  readonly name?: string
  readonly overwrite: boolean
}

/** Fewer rows say nothing of how columns go together. */
const leastRows = 10

/** Puts a file of rows and columns, or a folder with an imported one, into a folder of its own. @throws ExpectedError */
export async function importTable(
  { source, out, name, overwrite, ...choice }: ImportTableRequest,
  options: RecordOptions,
): Promise<TableInfo> {
  const folder = resolve(out)
  if (resolve(source) === folder) return readTableInfo(folder)
  await checkTableFolder(folder, overwrite)
  const { info, values } = isTableFolder(source)
    ? { info: { ...(await readTableInfo(source)), model: null }, values: await readTableValues(source) }
    : takeTable(await readTable(resolve(source), options), choice)
  const called = { ...info, ...(name !== undefined && { name }) }
  await clearTableFolder(folder)
  await writeTableValues(folder, info.columns.length, values)
  await writeTableInfo(folder, called)
  return called
}

/** What a table is taken for, and its numbers. @throws ExpectedError where there is nothing to learn from it */
export function takeTable(
  { source, rows, columns: collected }: ReadTable,
  choice: ColumnChoice,
): { info: TableInfo; values: Float64Array } {
  const path = source.file
  const names = collected.map((column) => column.name)
  for (const asked of choice.leaveOut ?? [])
    if (!names.includes(asked) && !(Number(asked) >= 1 && Number(asked) <= names.length))
      throw new ExpectedError(
        'bad-usage',
        sentence('tables.noSuchColumn', { path, name: asked, names: some(names) }),
      )
  if (rows < leastRows)
    throw new ExpectedError('bad-input', sentence('tables.fewRows', { path, rows, least: leastRows }))
  const { columns, leftOut } = describeColumns(collected, choice)
  if (!columns.some(({ kind }) => kind !== 'category')) {
    const seen =
      leftOut.length > 0 ? `${some(leftOut.map(({ name, reason }) => `${name} (${reason})`))}` : some(names)
    throw new ExpectedError('bad-input', sentence('tables.onlyText', { path, seen }))
  }
  if (columns.length < 2)
    throw new ExpectedError('bad-input', sentence('tables.oneColumn', { path, name: columns[0]!.name }))
  const info: TableInfo = {
    version: 1,
    kind: 'table',
    name: basename(path, extname(path)),
    createdAt: new Date().toISOString(),
    source,
    rows,
    columns,
    leftOut,
    model: null,
    missing: columns.reduce((sum, { missing }) => sum + missing, 0),
  }
  const from = columns.map(({ place }) => collected[place]!)
  return { info, values: valuesOf(columns, from, rows) }
}

const some = (names: readonly string[]) =>
  `${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}`
