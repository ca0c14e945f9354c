import { basename, extname } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableSource } from '../../../shared/tables'
import { CollectedColumn } from './collectColumn'
import { readNpyTable } from './readNpyTable'
import { readParquetTable } from './readParquetTable'
import { mostCells, type ReadTable, tooLarge } from './tableInMemory'
import {
  cellsOfRecord,
  eachRecord,
  isComment,
  readable,
  type RecordOptions,
  withoutMark,
} from '../../store/textRecords'
import { ragged, sniffDialect, type SniffedDialect } from './sniffDialect'

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
  const take = (cells: readonly string[]) => {
    for (let c = 0; c < width; c++) columns[c]!.pushCell(cells[c]!, dialect)
    if (++rows * width > mostCells) throw tooLarge(path)
  }
  const end = new TableEnd(path, width, take)
  await eachRow(path, sniffed, options, (cells, line) => end.visit(cells, line))
  if (rows === 0) throw new ExpectedError('bad-input', sentence('tables.noRows', { path }))
  const { summaries } = end
  const text = { dialect, named: dialect.header, notes: sniffed.above + end.notes, summaries }
  return { source: { file: path, format: 'text', width, ...text }, rows, columns }
}

/** What a row that sums up the others is called. */
const summaryWords =
  /^(grand |sub)?(totals?|sum|summe|gesamt(summe)?|insgesamt|zwischensumme|average|avg\.?|mean|median|mittelwert|durchschnitt|std\.?( ?dev\.?)?|standard deviation|total g[e\u00e9]n[e\u00e9]ral|moyenne)\b.{0,20}$/i

/** More lines of notes than this are something else. */
const mostHeld = 1000

/** Holds back what may be the end of a table: rows that sum up the others, and notes. Followed by rows they are rows too. */
class TableEnd {
  private held: { readonly cells: readonly string[]; readonly line: number }[] = []

  constructor(
    private readonly path: string,
    private readonly width: number,
    private readonly take: (cells: readonly string[]) => void,
  ) {}

  get notes(): number {
    return this.held.filter(({ cells }) => !isSummary(cells)).length
  }

  get summaries(): string[] {
    return this.held.flatMap(({ cells }) => (isSummary(cells) ? [readable(nameOf(cells)!)] : []))
  }

  visit(cells: readonly string[], line: number): void {
    if (isSummary(cells) || (this.width > 1 && cells.length === 1)) {
      this.held.push({ cells, line })
      if (this.held.length > mostHeld)
        throw ragged(this.path, { line, found: cells.length, width: this.width })
      return
    }
    for (const held of this.held) this.takeRow(held.cells, held.line)
    this.held = []
    this.takeRow(cells, line)
  }

  private takeRow(cells: readonly string[], line: number): void {
    const { path, width } = this
    if (cells.length !== width) throw ragged(path, { line, found: cells.length, width })
    this.take(cells)
  }
}

const nameOf = (cells: readonly string[]) => cells.find((cell) => cell !== '')
const isSummary = (cells: readonly string[]) => cells.length > 1 && summaryWords.test(nameOf(cells) ?? '')

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
export function rowTest({ dialect, commented, above }: SniffedDialect): (record: string) => boolean {
  let isHeader = dialect.header && !commented
  let titles = above
  return (record) => {
    const text = withoutMark(record)
    if (text.trim() === '' || isComment(text)) return false
    if (titles > 0) return titles-- < 0
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
