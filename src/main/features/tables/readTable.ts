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
import { usedCells } from '../../store/findHeader'
import { isBlank, ragged, sniffDialect, type SniffedDialect } from './sniffDialect'

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
  const { dialect, width, encoding, isUtf8, headerLines } = sniffed
  const columns = columnNames(sniffed).map((name) => new CollectedColumn(name))
  let rows = 0
  const take = (cells: readonly string[]) => {
    for (let c = 0; c < width; c++) columns[c]!.pushCell(cells[c] ?? '', dialect)
    if (++rows * width > mostCells) throw tooLarge(path)
  }
  const shape = new RowShapes(path, width)
  const end = new TableEnd(width, (cells) => {
    shape.count(cells)
    take(cells)
  })
  const isRow = rowTest(sniffed)
  await eachRecord(
    path,
    ({ text, line }) => {
      if (!isRow(text)) return
      const cells = cellsOfRecord(withoutMark(text), dialect.delimiter)
      if (shape.isRow(cells, line)) end.visit(cells)
    },
    { ...options, delimiter: dialect.delimiter },
  )
  if (rows === 0) throw new ExpectedError('bad-input', sentence('tables.noRows', { path }))
  const text = { dialect, named: dialect.header, notes: sniffed.above + end.notes + shape.notes }
  const written = encoding !== 'bytes' ? 'utf-16' : isUtf8 ? 'utf-8' : 'windows-1252'
  return {
    source: {
      file: path,
      format: 'text',
      width,
      ...text,
      summaries: end.summaries,
      encoding: written,
      headerLines: Math.max(1, headerLines.length),
      ...shape.told(rows),
    },
    rows,
    columns,
  }
}

/** What a row that sums up the others is called. */
const summaryWords =
  /^(grand |sub)?(totals?|sum|summe|gesamt(summe)?|insgesamt|zwischensumme|average|avg\.?|mean|median|mittelwert|durchschnitt|std\.?( ?dev\.?)?|standard deviation|total g[e\u00e9]n[e\u00e9]ral|moyenne)\b.{0,20}$/i

/** Holds back what may be the end of a table: rows that sum up the others, and notes. Followed by rows they are rows too. */
class TableEnd {
  private held: (readonly string[])[] = []

  constructor(
    private readonly width: number,
    private readonly take: (cells: readonly string[]) => void,
  ) {}

  get notes(): number {
    return this.held.filter((cells) => !isSummary(cells)).length
  }

  get summaries(): string[] {
    return this.held.flatMap((cells) => (isSummary(cells) ? [readable(nameOf(cells)!)] : []))
  }

  visit(cells: readonly string[]): void {
    if (isSummary(cells) || (this.width > 1 && cells.length === 1)) {
      this.held.push(cells)
      return
    }
    this.held.forEach((held) => this.take(held))
    this.held = []
    this.take(cells)
  }
}

const nameOf = (cells: readonly string[]) => cells.find((cell) => cell !== '')
const isSummary = (cells: readonly string[]) => cells.length > 1 && summaryWords.test(nameOf(cells) ?? '')

/** What a record with other cells than the table has columns is. */
export type RowShape = 'row' | 'blank' | 'note' | 'long'

/**
 * A row may lack cells at its end, and may end in empty ones. One that holds more cells than there are columns is none: nobody
 * knows which of them is too many. @param cells with the text of each
 */
export function shapeOf(cells: readonly string[], width: number): RowShape {
  if (isBlank(cells)) return 'blank'
  if (cells.length > width && usedCells(cells) > width) return 'long'
  return width > 2 && cells.length === 1 && !/^[^a-z]*\d[^a-z]*$/i.test(cells[0]!) ? 'note' : 'row'
}

/** Of so many rows one may be left out, because it has too many cells. */
const longShare = 0.02

/** Counts what was done with rows that have other cells than the table has columns. */
class RowShapes {
  notes = 0
  private short = 0
  private padded = 0
  private long = 0
  private firstLong: { readonly line: number; readonly found: number } | null = null

  constructor(
    private readonly path: string,
    private readonly width: number,
  ) {}

  isRow(cells: readonly string[], line: number): boolean {
    const shape = shapeOf(cells, this.width)
    if (shape === 'note') this.notes++
    if (shape === 'long') {
      this.long++
      this.firstLong ??= { line, found: cells.length }
    }
    return shape === 'row'
  }

  count({ length }: readonly string[]): void {
    if (length < this.width) this.short++
    else if (length > this.width) this.padded++
  }

  /** @throws ExpectedError where too many were left out */
  told(rows: number): Pick<TableSource, 'shortRows' | 'paddedRows' | 'longRows' | 'firstLongLine'> {
    const { firstLong, long, path, width } = this
    if (firstLong && long > 1 + longShare * rows) throw ragged(path, { ...firstLong, width })
    return {
      ...(this.short > 0 && { shortRows: this.short }),
      ...(this.padded > 0 && { paddedRows: this.padded }),
      ...(firstLong && { longRows: long, firstLongLine: firstLong.line }),
    }
  }
}

/** Whether a record may be a row of the table; asked for each of them in order. Others are empty, comments, titles and the header, wherever it comes again. */
export function rowTest({ dialect, headerLines, above }: SniffedDialect): (record: string) => boolean {
  let [titles, begun] = [above, 0]
  return (record) => {
    const text = withoutMark(record)
    if (text.trim() === '' || isComment(text)) return false
    if (titles > 0) {
      if (!isBlank(cellsOfRecord(text, dialect.delimiter))) titles--
      return false
    }
    if (begun < headerLines.length) {
      if (!isBlank(cellsOfRecord(text, dialect.delimiter))) begun++
      return false
    }
    return text !== headerLines[0]
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
export function formatInWords({ file, format, dialect, named, encoding, headerLines }: TableSource): string {
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
    ...(encoding === 'utf-16' ? ['in UTF-16'] : []),
    ...(encoding === 'windows-1252' ? ['in the code page of Windows (1252)'] : []),
    named ? `with a header${(headerLines ?? 1) > 1 ? ` over ${headerLines} lines` : ''}` : 'without a header',
  ]
  return `${basename(file)} was read as text, ${marks.join(', ')}`
}
