import { basename, extname } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableSource } from '../../../shared/tables'
import { CollectedColumn } from './collectColumn'
import { readNpyTable } from './readNpyTable'
import { readParquetTable } from './readParquetTable'
import { mostCells, type ReadTable, tooLarge } from './tableInMemory'
import { cellsOfRecord, eachRecord, type RecordOptions, withoutMark } from '../../store/textRecords'
import { isComment, ragged, sniffDialect, type SniffedDialect } from './sniffDialect'

export const isParquet = (path: string): boolean => /\.(parquet|pq)$/i.test(path)
export const isNpy = (path: string): boolean => extname(path).toLowerCase() === '.npy'

/** @throws ExpectedError for a file that is no table, naming the first line that does not fit */
export async function readTable(path: string, options: RecordOptions = {}): Promise<ReadTable> {
  if (isParquet(path)) return readParquetTable(path)
  if (isNpy(path)) return readNpyTable(path)
  return readTextTable(path, options)
}

async function readTextTable(path: string, options: RecordOptions): Promise<ReadTable> {
  const sniffed = await sniffDialect(path)
  const { dialect, width } = sniffed
  const columns = columnNames(sniffed).map((name) => new CollectedColumn(name))
  let rows = 0
  await eachRow(path, sniffed, options, (cells, line) => {
    if (cells.length !== width) throw ragged(path, { line, found: cells.length, width })
    for (let c = 0; c < width; c++) columns[c]!.pushCell(cells[c]!, dialect)
    if (++rows * width > mostCells) throw tooLarge(path)
  })
  if (rows === 0) throw new ExpectedError('bad-input', sentence('tables.noRows', { path }))
  const source = { file: path, format: 'text', dialect, width, named: dialect.header } as const
  return { source, rows, columns }
}

/** The rows below the header, cell by cell, with the line in which each begins. */
async function eachRow(
  path: string,
  sniffed: SniffedDialect,
  options: RecordOptions,
  visit: (cells: string[], line: number) => void,
): Promise<void> {
  const isRow = rowTest(sniffed)
  await eachRecord(
    path,
    ({ text, line }) => {
      if (isRow(text)) visit(cellsOfRecord(withoutMark(text), sniffed.dialect.delimiter), line)
    },
    { ...options, delimiter: sniffed.dialect.delimiter },
  )
}

/** Whether a record is a row of the table; asked for each of them in order. Others are empty, comments and the header. */
export function rowTest({ dialect, commented }: SniffedDialect): (record: string) => boolean {
  let isHeader = dialect.header && !commented
  return (record) => {
    const text = withoutMark(record)
    if (text.trim() === '' || isComment(text)) return false
    if (!isHeader) return true
    isHeader = false
    return false
  }
}

/** Names that differ: a second x is called x.2, a column without a name by its number. */
function columnNames({ header, width }: SniffedDialect): string[] {
  const seen = new Map<string, number>()
  return Array.from({ length: width }, (_, place) => {
    const name = header?.[place] ?? `column ${place + 1}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    if (name === '' && place > 0) return `column ${place + 1}`
    return times > 1 ? `${name}.${times}` : name
  })
}

/** What a file was taken for, in words: "CSV, separated by semicolons, decimal comma, with a header". */
export function formatInWords({ file, format, dialect, named }: TableSource): string {
  if (format === 'parquet') return `${basename(file)} was read as Parquet`
  if (!dialect) return `${basename(file)} was read as a NumPy array`
  const between: Record<string, string> = {
    ...{ ';': 'semicolons', ',': 'commas', '\t': 'tabs', ' ': 'spaces', '|': 'bars (|)' },
  }
  const marks = [
    `separated by ${between[dialect.delimiter] ?? dialect.delimiter}`,
    ...(dialect.decimal === ',' ? ['decimal comma'] : []),
    ...(dialect.grouped ? ['thousands set apart'] : []),
    ...(dialect.quoted ? ['quoted'] : []),
    named ? 'with a header' : 'without a header',
  ]
  return `${basename(file)} was read as text, ${marks.join(', ')}`
}
